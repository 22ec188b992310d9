package voxcam.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import voxcam.backend.Backend;
import voxcam.backend.BackendException;
import voxcam.backend.Finding;
import voxcam.backend.Options;
import voxcam.backend.Options.Precision;
import voxcam.graph.Graph;
import voxcam.graph.GraphBuilder;
import voxcam.graph.Node;
import voxcam.op.Shape;
import voxcam.op.Unary;

/**
 * One way for a device to compute: with NVIDIA's libraries or without, in one precision.
 *
 * @param libraries what {@code voxcam.cuda.libraries} is set to
 * @param tolerance the largest relative error of a whole network's map that passes
 */
record DeviceSetup(String name, String libraries, Precision precision, double tolerance) {
  private static final String LIBRARIES = "voxcam.cuda.libraries";
  private static final String CHOICE = "voxcam.cuda.choice";
  private static final String BOTH = "cudnn,cublas";

  /** Our kernels alone, then everything that there is, then each smaller precision. */
  static List<DeviceSetup> all(Backend backend) {
    List<DeviceSetup> setups = new ArrayList<>();
    setups.add(new DeviceSetup("fp32, our kernels", "none", Precision.FP32, 1e-4));
    if (backend.name().equals("cuda")) {
      setups.add(new DeviceSetup("fp32, libraries", BOTH, Precision.FP32, 1e-4));
      setups.add(new DeviceSetup("tf32", BOTH, Precision.TF32, 1e-2));
      setups.add(new DeviceSetup("fp16", BOTH, Precision.FP16, 1e-2));
      setups.add(new DeviceSetup("bf16", BOTH, Precision.BF16, 1e-1));
    }
    return setups;
  }

  /** Makes it so for programs that are compiled from now on: to check, or to measure. */
  void begin(boolean check) {
    System.setProperty(LIBRARIES, libraries);
    if (check) {
      System.setProperty(CHOICE, "library");
    } else {
      System.clearProperty(CHOICE);
    }
  }

  Options options() {
    return Options.DEFAULT.withPrecision(precision);
  }

  /** Whether only some operations compute otherwise than by our kernels in single precision. */
  boolean isPartial() {
    return !libraries.equals("none");
  }

  /** The same named after the libraries that are here; begin it first. */
  DeviceSetup named(Backend backend) {
    List<String> there = there(backend);
    return isPartial() && precision == Precision.FP32 && !there.isEmpty()
        ? new DeviceSetup("fp32, " + String.join(" and ", there), libraries, precision, tolerance)
        : this;
  }

  private static List<String> there(Backend backend) {
    return backend.findings().stream()
        .filter(finding -> finding.found().contains("; taken for "))
        .map(Finding::what)
        .toList();
  }

  /** Why it cannot be had here, in words; begin it first. */
  Optional<String> refusal(Backend backend) {
    if (isPartial() && precision == Precision.FP32) {
      return there(backend).isEmpty()
          ? Optional.of("neither cuDNN nor cuBLAS is here")
          : Optional.empty();
    }
    GraphBuilder b = new GraphBuilder();
    Node x = b.input("x", Shape.of(1));
    Graph graph = b.build(List.of(b.add("y", new Unary.Relu(), x)));
    try {
      backend.compile(graph, options()).close();
      return Optional.empty();
    } catch (BackendException e) {
      return Optional.of(e.getMessage());
    }
  }
}
