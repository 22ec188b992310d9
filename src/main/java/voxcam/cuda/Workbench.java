package voxcam.cuda;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import jcuda.driver.CUevent;
import jcuda.driver.JCudaDriver;
import jcuda.jcudnn.cudnnHandle;
import voxcam.backend.BackendException;
import voxcam.graph.Node;

/**
 * Where a program under construction tries what is going to compute a node: a stream, made when it
 * is first needed, and a clock of the device. The context must be current.
 */
final class Workbench implements Closing.Part {
  /**
   * Timed runs, of which the best counts; one before them loads what is loaded when first called.
   */
  private static final int RUNS = 3;

  private final Device device;
  private final Closing parts = new Closing();
  private Stream stream;

  Workbench(Device device) {
    this.device = device;
  }

  private Stream stream() {
    if (stream == null) {
      stream = parts.add(new Stream(device));
      parts.add(stream::awaitToClose);
    }
    return stream;
  }

  /** For questions to cuDNN. */
  cudnnHandle cudnn() {
    return stream().cudnn();
  }

  /** What came of trying a work: the time of its best run, or why it could not be started. */
  record Trial(double milliseconds, Optional<String> failure) {}

  /**
   * Runs each of these for the node, on memory of its own.
   *
   * @return empty if there is too little memory to try
   */
  Optional<List<Trial>> times(Node node, List<Work> works) {
    return trials(node, works, RUNS);
  }

  /**
   * Why a work cannot be started, if it cannot: a library may refuse when it is called what it
   * listed before. With too little memory to try nothing is known against it.
   */
  Optional<String> failure(Node node, Work work) {
    return trials(node, List.of(work), 0).flatMap(trials -> trials.getFirst().failure());
  }

  private Optional<List<Trial>> trials(Node node, List<Work> works, int runs) {
    Stream line = stream();
    long counters = works.stream().mapToLong(Work::counters).max().orElse(0);
    long scratch = works.stream().mapToLong(Work::scratch).max().orElse(0);
    List<Long> sizes = new ArrayList<>();
    node.inputShapes().forEach(shape -> sizes.add(shape.size() * Float.BYTES));
    sizes.add(node.shape().size() * Float.BYTES);
    sizes.add(counters);
    sizes.add(scratch);
    sizes.add(works.stream().mapToLong(Work::kept).max().orElse(0));
    long bytes = sizes.stream().mapToLong(CudaPlan::aligned).sum();
    Closing trial = new Closing();
    Optional<DeviceMemory.Piece> piece = device.memory().takeIfFree(bytes);
    if (piece.isEmpty()) {
      return Optional.empty();
    }
    trial.add(piece.get());
    trial.add(line::awaitToClose);
    List<Trial> trials;
    try {
      long[] addresses = new long[sizes.size()];
      long next = piece.get().address();
      for (int i = 0; i < addresses.length; i++) {
        addresses[i] = next;
        next += CudaPlan.aligned(sizes.get(i));
      }
      line.fill(piece.get().address(), 0, bytes / Float.BYTES);
      trials = works.stream().map(work -> trial(work, addresses, runs)).toList();
    } catch (RuntimeException | Error e) {
      trial.closeAfter(e);
      throw e;
    }
    trial.close();
    return Optional.of(trials);
  }

  /** A library's failure is told, unless it ended the context. */
  private Trial trial(Work work, long[] addresses, int runs) {
    try {
      return new Trial(best(work, addresses, runs), Optional.empty());
    } catch (BackendException e) {
      if (!work.isForeign() || device.isBroken()) {
        throw e;
      }
      // What a library says does not tell whether the context still works; this does.
      stream.await();
      return new Trial(Double.POSITIVE_INFINITY, Optional.of(reason(e)));
    }
  }

  /** Without what helps where nothing else can be done. */
  private static String reason(BackendException e) {
    return e.getMessage().replaceFirst("^cuda: ", "").replaceFirst("; .*", "");
  }

  private double best(Work work, long[] addresses, int runs) {
    int inputs = addresses.length - 4;
    long[] given = Arrays.copyOf(addresses, inputs);
    long output = addresses[inputs];
    long scratch = addresses[inputs + 2];
    work.prepare(stream);
    work.keep(stream, given, addresses[inputs + 3]);
    work.start(stream, given, output, scratch);
    double best = Double.POSITIVE_INFINITY;
    for (int i = 0; i < runs; i++) {
      best = Math.min(best, timed(() -> work.start(stream, given, output, scratch)));
    }
    return best;
  }

  private double timed(Runnable work) {
    Closing events = new Closing();
    try {
      CUevent begin = event(events);
      CUevent end = event(events);
      record(begin);
      work.run();
      record(end);
      device.check("cuEventSynchronize", JCudaDriver.cuEventSynchronize(end));
      float[] milliseconds = new float[1];
      device.check("cuEventElapsedTime", JCudaDriver.cuEventElapsedTime(milliseconds, begin, end));
      events.close();
      return milliseconds[0];
    } catch (RuntimeException | Error e) {
      events.closeAfter(e);
      throw e;
    }
  }

  private CUevent event(Closing events) {
    CUevent event = new CUevent();
    device.check("cuEventCreate", JCudaDriver.cuEventCreate(event, 0));
    events.add(() -> device.check("cuEventDestroy", JCudaDriver.cuEventDestroy(event)));
    return event;
  }

  private void record(CUevent event) {
    device.check("cuEventRecord", JCudaDriver.cuEventRecord(event, stream.handle()));
  }

  @Override
  public void close() {
    parts.close();
  }
}
