package voxcam.cuda;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import jcuda.CudaException;
import voxcam.backend.BackendException;
import voxcam.backend.Inputs;
import voxcam.backend.Options;
import voxcam.backend.Program;
import voxcam.compile.Chains;
import voxcam.cuda.CudaPlan.Origin;
import voxcam.cuda.CudaPlan.Step;
import voxcam.cuda.CudaPlan.Value;
import voxcam.graph.Graph;
import voxcam.graph.Node;
import voxcam.op.Shape;
import voxcam.op.Source;
import voxcam.op.Tensor;

/**
 * A graph on the device: its weights, uploaded once, and the work of each step. Runs at the same
 * time have a workspace each.
 */
final class CudaProgram implements Program {
  /** How many workspaces wait for later runs: two, so that runs can overlap. */
  private static final int KEPT = 2;

  private final Device device;
  private final boolean guarded;
  private final Closing parts = new Closing();
  private final CudaPlan plan;
  private final long[] weights;
  private final ConcurrentLinkedDeque<Workspace> waiting = new ConcurrentLinkedDeque<>();
  private final Runnable freeIdle = this::freeIdle;

  /** Runs have the one, closing has the other. */
  private final ReadWriteLock lock = new ReentrantReadWriteLock();

  private boolean closed;

  /** Why the driver could not record the program's work, if it could not. */
  private volatile String unrecorded = "";

  /**
   * Makes a program of a graph that the passes have been over.
   *
   * @throws BackendException if the weights do not fit, or the device fails
   */
  CudaProgram(Graph passed, Options options) {
    Graph graph = Chains.apply(passed);
    guarded = options.guarded();
    device = Device.take();
    parts.add(device::giveBack);
    try (Device.Scope _ = device.enter()) {
      Closing works = new Closing();
      parts.add(inContext(works));
      plan = plan(graph, options, works);
      weights = takeWeights(works);
      upload(graph, works);
    } catch (RuntimeException | Error e) {
      parts.closeAfter(e);
      throw e;
    }
    device.memory().addIdle(freeIdle);
  }

  private CudaPlan plan(Graph graph, Options options, Closing owner) {
    Closing making = new Closing();
    CudaPlan made;
    try {
      Works works = making.add(new Works(device, options));
      made =
          CudaPlan.of(graph, guarded ? GuardedSteps.GUARD : 0, node -> owner.add(works.of(node)));
    } catch (RuntimeException | Error e) {
      making.closeAfter(e);
      throw e;
    }
    making.close();
    return made;
  }

  private Closing.Part inContext(Closing contents) {
    return () -> {
      try (Device.Scope _ = device.enterToClose()) {
        contents.close();
      }
    };
  }

  private long[] takeWeights(Closing owner) {
    return plan.weights().stream()
        .mapToLong(bytes -> owner.add(device.memory().take(bytes, "weights")).address())
        .toArray();
  }

  /** Brings the constants to the device, where works make of them what they keep. */
  private void upload(Graph graph, Closing owner) {
    Map<String, Tensor> constants = new HashMap<>();
    for (Node node : graph.nodes()) {
      if (node.op() instanceof Source.Constant(Tensor tensor)) {
        constants.put(node.name(), tensor);
      }
    }
    List<Value> values =
        plan.values().stream().filter(value -> value.origin() == Origin.CONSTANT).toList();
    if (values.isEmpty()) {
      return;
    }
    long longest = values.stream().mapToLong(value -> value.shape().size()).max().orElseThrow();
    long kept = plan.keptBytes();
    long room = kept == 0 ? 0 : owner.add(device.memory().take(kept, "weights")).address();
    Closing way = new Closing();
    try {
      Stream stream = way.add(new Stream(device));
      Transfers transfers = way.add(new Transfers(device, stream, longest));
      way.add(stream::awaitToClose);
      for (Value value : values) {
        float[] floats = constants.get(value.name()).floats();
        transfers.upload(floats, 0, floats.length, constant(value));
      }
      for (Step step : plan.steps()) {
        long bytes = step.work().kept();
        if (bytes > 0) {
          step.work().keep(stream, constants(step), room);
          room += CudaPlan.aligned(bytes);
        }
      }
    } catch (RuntimeException | Error e) {
      way.closeAfter(e);
      throw e;
    }
    way.close();
  }

  private long constant(Value value) {
    return weights[value.piece()] + value.offset();
  }

  private long[] constants(Step step) {
    return step.inputs().stream()
        .map(plan.values()::get)
        .mapToLong(value -> value.origin() == Origin.CONSTANT ? constant(value) : 0)
        .toArray();
  }

  @Override
  public long bytes() {
    return plan.bytes() + heapBytes();
  }

  @Override
  public long heapBytes() {
    return plan.shapes().stream().mapToLong(Shape::size).sum() * Float.BYTES;
  }

  @Override
  public long weightBytes() {
    return plan.weightBytes();
  }

  @Override
  public SortedMap<String, Integer> algorithms() {
    SortedMap<String, Integer> counts = new TreeMap<>();
    for (Step step : plan.steps()) {
      if (!step.work().algorithm().isEmpty()) {
        counts.merge(step.work().algorithm(), 1, Integer::sum);
      }
    }
    if (!unrecorded.isEmpty()) {
      counts.put("started one by one, not as a recorded graph: " + unrecorded, plan.steps().size());
    }
    return counts;
  }

  @Override
  public List<Tensor> run(Map<String, Tensor> inputs) {
    try (Run run = start(inputs)) {
      return run.finish();
    } catch (CudaException e) {
      throw Driver.thrown(e);
    }
  }

  /**
   * Begins a run and returns while the device computes. The inputs may be written again at once.
   */
  Run start(Map<String, Tensor> inputs) {
    lock.readLock().lock();
    try {
      if (closed) {
        throw new IllegalStateException("cuda: this program was closed");
      }
      return new Run(inputs);
    } catch (RuntimeException | Error e) {
      lock.readLock().unlock();
      throw e;
    }
  }

  /** A run under way, of one thread. */
  final class Run implements Closing.Part {
    private final Lock held = lock.readLock();
    private Workspace workspace;

    private Run(Map<String, Tensor> inputs) {
      List<Tensor> given = given(inputs);
      try (Device.Scope _ = device.enter()) {
        workspace = takeWorkspace();
        try {
          begin(given);
        } catch (RuntimeException | Error e) {
          workspace.closeAfter(e);
          throw e;
        }
      } catch (RuntimeException | Error e) {
        // Everything but leaving the context has succeeded, or it is closed already.
        closeNow(e);
        throw e;
      }
    }

    private List<Tensor> given(Map<String, Tensor> inputs) {
      return plan.values().stream()
          .filter(value -> value.origin() == Origin.GIVEN)
          .map(value -> Inputs.checked(value.name(), value.shape(), inputs.get(value.name())))
          .toList();
    }

    private void begin(List<Tensor> given) {
      int next = 0;
      for (int i = 0; i < plan.values().size(); i++) {
        if (plan.values().get(i).origin() == Origin.GIVEN) {
          float[] floats = given.get(next++).floats();
          workspace.transfers().upload(floats, 0, floats.length, workspace.address(i));
        }
      }
      if (guarded) {
        new GuardedSteps(plan, workspace).run();
      } else if (!plan.steps().isEmpty()) {
        workspace.start(plan);
      }
    }

    /** Waits for the outputs. */
    List<Tensor> finish() {
      try (Device.Scope _ = device.enter()) {
        List<Tensor> results = new ArrayList<>();
        for (int i = 0; i < plan.outputs().size(); i++) {
          Shape shape = plan.shapes().get(i);
          float[] result = new float[shape.length()];
          long address = workspace.address(plan.outputs().get(i));
          workspace.transfers().download(address, result, 0, result.length);
          results.add(Tensor.of(shape, result));
        }
        workspace.stream().await();
        Workspace done = workspace;
        workspace = null;
        giveBack(done);
        return results;
      }
    }

    private void closeNow(Throwable reason) {
      if (workspace != null) {
        try (Device.Scope _ = device.enterToClose()) {
          workspace.closeAfter(reason);
        } catch (RuntimeException e) {
          reason.addSuppressed(e);
        }
        workspace = null;
      }
    }

    /** Ends the run; one that was not finished or failed leaves nothing behind. */
    @Override
    public void close() {
      try {
        if (workspace != null) {
          Workspace unfinished = workspace;
          workspace = null;
          try (Device.Scope _ = device.enterToClose()) {
            unfinished.close();
          }
        }
      } finally {
        held.unlock();
      }
    }
  }

  private Workspace takeWorkspace() {
    Workspace workspace = waiting.poll();
    return workspace != null
        ? workspace
        : new Workspace(device, plan, weights, why -> unrecorded = why);
  }

  private void giveBack(Workspace workspace) {
    if (waiting.size() < KEPT) {
      waiting.push(workspace);
    } else {
      workspace.close();
    }
  }

  /** Frees what waits for later runs. The context must be current. */
  private void freeIdle() {
    Closing idle = new Closing();
    for (Workspace workspace = waiting.poll(); workspace != null; workspace = waiting.poll()) {
      idle.add(workspace);
    }
    idle.close();
  }

  /** Waits for runs under way. */
  @Override
  public void close() {
    lock.writeLock().lock();
    try {
      if (!closed) {
        closed = true;
        device.memory().removeIdle(freeIdle);
        Closing idle = new Closing();
        idle.add(this::freeIdle);
        parts.add(inContext(idle));
        parts.close();
      }
    } catch (CudaException e) {
      throw Driver.thrown(e);
    } finally {
      lock.writeLock().unlock();
    }
  }
}
