package voxcam.cpu;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import voxcam.backend.BackendException;
import voxcam.cpu.Schedule.Step;
import voxcam.cpu.Schedule.Value;

/**
 * Where the values of a schedule and the scratch memory of its steps lie: in slots, which are
 * arrays that others take once nobody reads what lies there. Where an operation goes element by
 * element, its result takes the place of what it reads, if nobody else reads that later.
 *
 * <p>What a caller gets lies in no slot: each run makes it an array of its own.
 *
 * @param slots for each value its slot, {@link #ELSEWHERE} or {@link #OWN}
 * @param scratch for each step the slot of its scratch memory, {@link #ELSEWHERE} if it needs none
 * @param lengths the floats of each slot
 */
record Storage(List<Integer> slots, List<Integer> scratch, List<Integer> lengths) {
  /** The slot of inputs and constants. */
  static final int ELSEWHERE = -1;

  /** The slot of a value that belongs to the caller. */
  static final int OWN = -2;

  /** The largest array that every JVM makes. */
  static final long LONGEST = Integer.MAX_VALUE - 64;

  Storage {
    slots = List.copyOf(slots);
    scratch = List.copyOf(scratch);
    lengths = List.copyOf(lengths);
  }

  /** Something that needs memory from one step to another, both included. */
  private static final class Tenant {
    private final int floats;
    private final int from;
    private int to;
    private int slot = ELSEWHERE;

    Tenant(int floats, int from, int to) {
      this.floats = floats;
      this.from = from;
      this.to = to;
    }

    boolean meets(Tenant other) {
      return from <= other.to && other.from <= to;
    }
  }

  /** Few bytes: the largest tenants choose first, each the smallest slot that is free for it. */
  static Storage shared(Schedule schedule) {
    int[] lastUse = lastUse(schedule);
    Tenant[] values = new Tenant[schedule.values().size()];
    Tenant[] scratch = new Tenant[schedule.steps().size()];
    List<Tenant> all = new ArrayList<>();
    for (int time = 0; time < scratch.length; time++) {
      Step step = schedule.steps().get(time);
      int output = step.output();
      int overwritten = isOwn(schedule, output) ? -1 : overwritten(schedule, time, lastUse);
      if (overwritten >= 0) {
        values[output] = values[overwritten];
        values[output].to = lastUse[output];
      } else if (!isOwn(schedule, output)) {
        int floats = schedule.values().get(output).floats();
        values[output] = new Tenant(floats, time, lastUse[output]);
        all.add(values[output]);
      }
      if (step.kernel().scratch() > 0) {
        scratch[time] = new Tenant(scratch(step), time, time);
        all.add(scratch[time]);
      }
    }
    List<Integer> lengths = settle(all);
    List<Integer> slots = new ArrayList<>();
    for (int value = 0; value < values.length; value++) {
      boolean own = schedule.values().get(value).isComputed() && values[value] == null;
      slots.add(own ? OWN : slot(values[value]));
    }
    return new Storage(slots, Arrays.stream(scratch).map(Storage::slot).toList(), lengths);
  }

  private static int slot(Tenant tenant) {
    return tenant == null ? ELSEWHERE : tenant.slot;
  }

  /** An output that some step writes, and that nobody changes after. */
  private static boolean isOwn(Schedule schedule, int value) {
    return schedule.outputs().contains(value);
  }

  /** The input whose memory a step's output takes over, -1 if none. */
  private static int overwritten(Schedule schedule, int time, int[] lastUse) {
    Step step = schedule.steps().get(time);
    Value output = schedule.values().get(step.output());
    for (int input : step.inputs()) {
      Value value = schedule.values().get(input);
      boolean suits =
          value.isComputed()
              && value.shape().equals(output.shape())
              && value.layout() == output.layout()
              && lastUse[input] == time;
      for (int i = 0; suits && i < step.inputs().size(); i++) {
        suits = step.inputs().get(i) != input || step.kernel().overwrites(i);
      }
      if (suits) {
        return input;
      }
    }
    return -1;
  }

  private static int scratch(Step step) {
    if (step.kernel().scratch() > LONGEST) {
      throw new BackendException(
          "cpu: an operation needs "
              + Workspaces.size(step.kernel().scratch() * Float.BYTES)
              + " of scratch memory in one array; give a smaller input");
    }
    return (int) step.kernel().scratch();
  }

  private static List<Integer> settle(List<Tenant> all) {
    List<Tenant> bySize =
        all.stream().sorted(Comparator.comparingInt((Tenant tenant) -> -tenant.floats)).toList();
    List<List<Tenant>> slots = new ArrayList<>();
    List<Integer> lengths = new ArrayList<>();
    for (Tenant tenant : bySize) {
      // Later slots are smaller.
      int slot = slots.size() - 1;
      while (slot >= 0 && slots.get(slot).stream().anyMatch(tenant::meets)) {
        slot--;
      }
      if (slot < 0) {
        slot = slots.size();
        slots.add(new ArrayList<>());
        lengths.add(tenant.floats);
      }
      slots.get(slot).add(tenant);
      tenant.slot = slot;
    }
    return lengths;
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

  /** Every value has memory of its own, with a guard behind it, and so has the scratch memory. */
  static Storage guarded(Schedule schedule) {
    List<Integer> slots = new ArrayList<>();
    List<Integer> lengths = new ArrayList<>();
    int scratch = schedule.steps().stream().mapToInt(Storage::scratch).max().orElse(0);
    lengths.add(scratch + Guard.LENGTH);
    for (Value value : schedule.values()) {
      slots.add(value.isComputed() ? lengths.size() : ELSEWHERE);
      if (value.isComputed()) {
        lengths.add(value.floats() + Guard.LENGTH);
      }
    }
    return new Storage(slots, Collections.nCopies(schedule.steps().size(), 0), lengths);
  }
}
