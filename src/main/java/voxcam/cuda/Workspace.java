package voxcam.cuda;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import voxcam.cuda.CudaPlan.Origin;
import voxcam.cuda.CudaPlan.Value;

/**
 * What one run needs for itself: a stream, memory for values, buffers for copies, and the recording
 * of the program's work on these addresses. A run takes one, gives it back, and the next run takes
 * it again.
 */
final class Workspace implements Closing.Part {
  private final Closing parts = new Closing();
  private final Stream stream;
  private final Transfers transfers;
  private final long[] addresses;
  private final long scratch;
  private final Consumer<String> unrecorded;
  private Optional<Stream.Recording> recording = Optional.empty();

  /** Whether the next run starts the steps one by one. */
  private boolean oneByOne;

  /** Whether all later ones do. */
  private boolean spoilt;

  /**
   * Takes everything. The context must be current.
   *
   * @param unrecorded is told why the program's work cannot be recorded, if it cannot
   */
  Workspace(Device device, CudaPlan plan, long[] weights, Consumer<String> unrecorded) {
    this.unrecorded = unrecorded;
    // Libraries load kernels when they are first called, which must not be while a stream records.
    oneByOne = plan.steps().stream().anyMatch(step -> step.work().isForeign());
    try {
      stream = parts.add(new Stream(device));
      plan.steps().forEach(step -> step.work().prepare(stream));
      List<Long> pieces = plan.pieces();
      long[] bases = new long[pieces.size()];
      for (int i = 0; i < bases.length; i++) {
        if (pieces.get(i) > 0) {
          bases[i] = parts.add(device.memory().take(pieces.get(i), "values")).address();
        }
      }
      transfers = parts.add(new Transfers(device, stream, longest(plan)));
      // Memory that a copy or a kernel still uses is not freed: closed first, this waits.
      parts.add(stream::awaitToClose);
      addresses = addresses(plan, bases, weights);
      scratch = bases[plan.scratch()] + plan.counters();
      if (plan.counters() > 0) {
        stream.fill(bases[plan.scratch()], 0, plan.counters() / Integer.BYTES);
      }
    } catch (RuntimeException e) {
      parts.closeAfter(e);
      throw e;
    }
  }

  private static long longest(CudaPlan plan) {
    long given =
        plan.values().stream()
            .filter(value -> value.origin() == Origin.GIVEN)
            .mapToLong(value -> value.shape().size())
            .max()
            .orElse(1);
    return plan.shapes().stream().mapToLong(shape -> shape.size()).reduce(given, Math::max);
  }

  private static long[] addresses(CudaPlan plan, long[] bases, long[] weights) {
    long[] addresses = new long[plan.values().size()];
    for (int i = 0; i < addresses.length; i++) {
      Value value = plan.values().get(i);
      long[] pieces = value.origin() == Origin.CONSTANT ? weights : bases;
      addresses[i] = pieces[value.piece()] + value.offset();
    }
    return addresses;
  }

  /** Starts all steps: as they were recorded, which is done by the first run that may. */
  void start(CudaPlan plan) {
    if (oneByOne) {
      plan.steps().forEach(this::start);
      oneByOne = spoilt;
      return;
    }
    if (recording.isEmpty()) {
      try {
        recording = Optional.of(parts.add(stream.record(() -> plan.steps().forEach(this::start))));
      } catch (Stream.NotRecordable e) {
        unrecorded.accept(e.getMessage());
        spoilt = true;
        oneByOne = true;
        start(plan);
        return;
      }
    }
    recording.get().start();
  }

  /** Starts one step. */
  void start(CudaPlan.Step step) {
    step.work().start(stream, inputs(step), addresses[step.output()], scratch);
  }

  long[] inputs(CudaPlan.Step step) {
    return step.inputs().stream().mapToLong(input -> addresses[input]).toArray();
  }

  Stream stream() {
    return stream;
  }

  Transfers transfers() {
    return transfers;
  }

  /** Where a value lies. */
  long address(int value) {
    return addresses[value];
  }

  /** Where the scratch memory lies; 0 if there is none. */
  long scratch() {
    return scratch;
  }

  @Override
  public void close() {
    parts.close();
  }

  /** Closes it because {@code reason} is about to be thrown. */
  void closeAfter(Throwable reason) {
    parts.closeAfter(reason);
  }
}
