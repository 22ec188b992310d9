package voxcam.cpu;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import voxcam.backend.Options;
import voxcam.graph.GraphBuilder;
import voxcam.graph.Node;
import voxcam.house.Page;
import voxcam.op.Conv;
import voxcam.op.Shape;
import voxcam.op.Tensor;
import voxcam.op.Window;

/**
 * The loops that a convolution shares out to many threads, counted without running them.
 *
 * @param algorithm what the CPU backend chooses for the layer
 * @param loops for each loop of one run its tasks
 */
record TaskCounts(String algorithm, List<Integer> loops) {
  static final int THREADS = 16;

  /** Convolutions of the networks that are compared with PyTorch. */
  static final List<Layer> LAYERS =
      List.of(
          Layer.of("ResNet-18 stride 1, conv1", 1, 64, cube(7, 1, 1), 64, 128, 128),
          Layer.of("ResNet-18 stride 1, layer1", 64, 64, cube(3, 1, 1), 32, 64, 64),
          Layer.of("ResNet-18 stride 1, layer2", 128, 128, cube(3, 1, 1), 16, 32, 32),
          Layer.of("ResNet-18 stride 1, layer3", 256, 256, cube(3, 1, 1), 8, 16, 16),
          Layer.of("ResNet-18 stride 1, layer4", 512, 512, cube(3, 1, 1), 4, 8, 8),
          Layer.of("ResNet-18 stride 2, conv1", 1, 64, cube(7, 2, 1), 96, 96, 96),
          Layer.of("ResNet-18 stride 2, layer1", 64, 64, cube(3, 1, 1), 24, 24, 24),
          Layer.of("ResNet-18 stride 2, layer2", 128, 128, cube(3, 1, 1), 12, 12, 12),
          Layer.of("ResNet-18 stride 2, layer3", 256, 256, cube(3, 1, 1), 6, 6, 6),
          Layer.of("ResNet-18 stride 2, layer4", 512, 512, cube(3, 1, 1), 3, 3, 3),
          Layer.of("ResNet-18 stride 2, layer2's first", 64, 128, cube(3, 2, 1), 24, 24, 24),
          Layer.of("ResNet-50, layer1 to narrow", 256, 64, cube(1, 1, 1), 24, 24, 24),
          Layer.of("ResNet-50, layer4 to wide", 512, 2048, cube(1, 1, 1), 3, 3, 3),
          Layer.of("MedicalNet, layer3, dilation 2", 256, 256, cube(3, 1, 2), 12, 12, 12),
          Layer.of("MedicalNet, layer4, dilation 4", 512, 512, cube(3, 1, 4), 12, 12, 12),
          Layer.of("DenseNet-121, growth", 128, 32, cube(3, 1, 1), 24, 24, 24),
          Layer.of("U-Net, level 1", 16, 16, cube(3, 1, 1), 48, 48, 48),
          Layer.of("SegResNet, top level", 8, 8, cube(3, 1, 1), 96, 96, 96),
          Layer.of("MeshNet-5, dilation 2", 5, 5, cube(3, 1, 2), 128, 128, 128),
          Layer.of("MeshNet-5, dilation 16", 5, 5, cube(3, 1, 16), 128, 128, 128),
          Layer.of("MeshNet-20, dilation 1", 20, 20, cube(3, 1, 1), 96, 96, 96),
          Layer.of("MeshNet-20, dilation 8", 20, 20, cube(3, 1, 8), 96, 96, 96));

  /** A convolution, padded so that stride 1 keeps the size. */
  record Layer(String place, int inputs, int outputs, Window window, List<Integer> space) {
    static Layer of(String place, int inputs, int outputs, Window window, Integer... space) {
      return new Layer(place, inputs, outputs, window, List.of(space));
    }

    @Override
    public String toString() {
      return place;
    }
  }

  private static final class Counting extends Threads {
    private final List<Integer> loops = new ArrayList<>();

    Counting() {
      super(THREADS);
    }

    @Override
    Threads limited(int most) {
      return this;
    }

    @Override
    void forEach(int tasks, Body body) {
      loops.add(tasks);
    }
  }

  static TaskCounts of(Layer layer) {
    Window window = layer.window();
    GraphBuilder builder = new GraphBuilder();
    Node x = builder.input("x", shape(1, layer.inputs(), layer.space()));
    Shape weight =
        shape(
            layer.outputs(),
            layer.inputs(),
            window.axes().stream().map(Window.Axis::kernel).toList());
    Conv op = new Conv.Forward(window, 1);
    Node bias = builder.constant(noise(Shape.of(layer.outputs())));
    Node y = builder.add("y", op, x, builder.constant(noise(weight)), bias);
    Options options = Options.DEFAULT.withThreads(THREADS);
    Form form =
        ConvForms.of(y, op, options, new WeightBuffer(weight.length())).stream()
            .min(Comparator.comparingDouble(Form::cost))
            .orElseThrow();
    Kernel kernel = form.kernel().get();
    float[][] inputs = {
      new float[Math.toIntExact(form.inputs().getFirst().floats(x.shape()))],
      {},
      new float[layer.outputs()]
    };
    float[] output = new float[Math.toIntExact(form.output().floats(y.shape()))];
    Counting threads = new Counting();
    kernel.run(inputs, output, new float[Math.toIntExact(kernel.scratch())], threads);
    return new TaskCounts(kernel.algorithm(), List.copyOf(threads.loops));
  }

  /** The table of bench/README.md. */
  public static void main(String[] arguments) throws IOException {
    StringBuilder table =
        new StringBuilder("| layer | algorithm | tasks of each loop |\n|---|---|---|\n");
    for (Layer layer : LAYERS) {
      TaskCounts counts = of(layer);
      String loops = counts.loops().toString().replaceAll("[\\[\\]]", "");
      table.append("| %s | %s | %s |\n".formatted(layer, counts.algorithm(), loops));
    }
    Page.write(Path.of("bench/README.md"), "tasks", table.toString());
  }

  private static Window cube(int kernel, int stride, int dilation) {
    return Window.cube(3, kernel, stride, dilation * (kernel / 2), dilation);
  }

  private static Shape shape(int first, int second, List<Integer> others) {
    int[] dims = new int[others.size() + 2];
    dims[0] = first;
    dims[1] = second;
    for (int i = 0; i < others.size(); i++) {
      dims[i + 2] = others.get(i);
    }
    return Shape.of(dims);
  }

  private static Tensor noise(Shape shape) {
    SplittableRandom random = new SplittableRandom(5);
    float[] values = new float[shape.length()];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextInt(-1000, 1000) * 1e-3f;
    }
    return Tensor.of(shape, values);
  }
}
