package voxcam.cpu;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import voxcam.compile.Slots;
import voxcam.cpu.Schedule.Step;
import voxcam.cpu.Schedule.Value;

/**
 * Where the values of a schedule lie.
 *
 * @param slots for each value its slot, -1 for inputs and constants, which lie elsewhere
 * @param lengths the floats of each slot
 */
record Storage(List<Integer> slots, List<Integer> lengths) {
  /** Slots are taken again once their value has been read for the last time. */
  static Storage shared(Schedule schedule) {
    int[] lastUse = lastUse(schedule);
    Integer[] slots = new Integer[schedule.values().size()];
    Arrays.fill(slots, -1);
    Slots memory = new Slots();
    for (int time = 0; time < schedule.steps().size(); time++) {
      Step step = schedule.steps().get(time);
      slots[step.output()] = memory.take(schedule.values().get(step.output()).floats());
      // Released only after the output has its slot: a kernel never writes over what it reads.
      for (int value = 0; value < slots.length; value++) {
        if (slots[value] >= 0 && lastUse[value] == time) {
          memory.release(slots[value]);
        }
      }
    }
    return new Storage(List.of(slots), memory.lengths());
  }

  /** When each value is read, or at least written, for the last time. */
  private static int[] lastUse(Schedule schedule) {
    int[] lastUse = new int[schedule.values().size()];
    Arrays.fill(lastUse, -1);
    for (int time = 0; time < schedule.steps().size(); time++) {
      Step step = schedule.steps().get(time);
      lastUse[step.output()] = time;
      for (int input : step.inputs()) {
        lastUse[input] = time;
      }
    }
    schedule.outputs().forEach(output -> lastUse[output] = schedule.steps().size());
    return lastUse;
  }

  /** Every value has memory of its own, with a guard behind it. */
  static Storage guarded(Schedule schedule) {
    List<Integer> slots = new ArrayList<>();
    List<Integer> lengths = new ArrayList<>();
    for (Value value : schedule.values()) {
      slots.add(value.isComputed() ? lengths.size() : -1);
      if (value.isComputed()) {
        lengths.add(value.floats() + Guard.LENGTH);
      }
    }
    return new Storage(List.copyOf(slots), List.copyOf(lengths));
  }
}
