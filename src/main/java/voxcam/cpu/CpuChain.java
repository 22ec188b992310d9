package voxcam.cpu;

import java.util.ArrayList;
import java.util.List;
import voxcam.op.Binary;
import voxcam.op.Chain;
import voxcam.op.Shape;
import voxcam.op.Unary;

/** Elementwise operations one after the other, each by its own kernel over what is there. */
final class CpuChain {
  /** A step's kernel, and which inputs it reads. */
  private record Part(Kernel kernel, List<Integer> arguments) {}

  private CpuChain() {}

  static Kernel kernel(Chain op, List<Shape> inputs, Shape output) {
    List<Part> parts = new ArrayList<>();
    for (Chain.Step step : op.steps()) {
      List<Shape> shapes =
          step.arguments().stream().map(i -> i == Chain.VALUE ? output : inputs.get(i)).toList();
      Kernel kernel =
          switch (step.op()) {
            case Unary unary -> CpuUnary.kernel(unary, output);
            case Binary binary -> CpuBinary.kernel(binary, shapes, output);
            default -> CpuWhere.kernel(shapes, output);
          };
      parts.add(new Part(kernel, step.arguments()));
    }
    return (values, y, scratch, threads) -> {
      for (Part part : parts) {
        float[][] arguments =
            part.arguments().stream()
                .map(i -> i == Chain.VALUE ? y : values[i])
                .toArray(float[][]::new);
        part.kernel().run(arguments, y, scratch, threads);
      }
    };
  }
}
