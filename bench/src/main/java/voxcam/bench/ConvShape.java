package voxcam.bench;

import java.util.List;
import voxcam.op.Conv;
import voxcam.op.Op;
import voxcam.op.Shape;
import voxcam.op.Window;

/** Convolutions of the networks that are compared, each with its real grid. */
public enum ConvShape implements Family {
  RESNET18_S1_CONV1("ResNet-18 stride 1, conv1", 1, 64, cube(7, 1, 1), 64, 128, 128),
  RESNET18_S1_LAYER1("ResNet-18 stride 1, layer1", 64, 64, cube(3, 1, 1), 32, 64, 64),
  RESNET18_S1_LAYER2("ResNet-18 stride 1, layer2", 128, 128, cube(3, 1, 1), 16, 32, 32),
  RESNET18_S1_LAYER3("ResNet-18 stride 1, layer3", 256, 256, cube(3, 1, 1), 8, 16, 16),
  RESNET18_S1_LAYER4("ResNet-18 stride 1, layer4", 512, 512, cube(3, 1, 1), 4, 8, 8),
  RESNET18_CONV1("ResNet-18 stride 2, conv1", 1, 64, cube(7, 2, 1), 96, 96, 96),
  RESNET18_LAYER1("ResNet-18 stride 2, layer1", 64, 64, cube(3, 1, 1), 24, 24, 24),
  RESNET18_LAYER2("ResNet-18 stride 2, layer2", 128, 128, cube(3, 1, 1), 12, 12, 12),
  RESNET18_LAYER3("ResNet-18 stride 2, layer3", 256, 256, cube(3, 1, 1), 6, 6, 6),
  RESNET18_LAYER4("ResNet-18 stride 2, layer4", 512, 512, cube(3, 1, 1), 3, 3, 3),
  RESNET18_DOWN("ResNet-18 stride 2, layer2's first", 64, 128, cube(3, 2, 1), 24, 24, 24),
  RESNET18_SKIP("ResNet-18 stride 2, layer2's shortcut", 64, 128, cube(1, 2, 1), 24, 24, 24),
  RESNET50_NARROW("ResNet-50, layer1 to narrow", 256, 64, cube(1, 1, 1), 24, 24, 24),
  RESNET50_WIDE("ResNet-50, layer4 to wide", 512, 2048, cube(1, 1, 1), 3, 3, 3),
  MEDICALNET_LAYER3("MedicalNet, layer3, dilation 2", 256, 256, cube(3, 1, 2), 12, 12, 12),
  MEDICALNET_LAYER4("MedicalNet, layer4, dilation 4", 512, 512, cube(3, 1, 4), 12, 12, 12),
  DENSENET_GROWTH("DenseNet-121, growth", 128, 32, cube(3, 1, 1), 24, 24, 24),
  DENSENET_NARROW("DenseNet-121, to narrow", 256, 128, cube(1, 1, 1), 24, 24, 24),
  R3D_STEM("r3d_18, stem", 3, 64, stem(), 16, 112, 112),
  AXIALNET_CONV1("AxialNet, conv1, 2 slabs", 2, 3, 64, square(7, 2), 420, 420),
  AXIALNET_LAYER1("AxialNet, layer1, 2 slabs", 2, 64, 64, square(3, 1), 105, 105),
  AXIALNET_LAYER4("AxialNet, layer4, 9 slabs", 9, 512, 512, square(3, 1), 14, 14),
  UNET_DOWN("U-Net, first", 1, 16, cube(3, 2, 1), 96, 96, 96),
  UNET_LEVEL1("U-Net, level 1", 16, 16, cube(3, 1, 1), 48, 48, 48),
  UNET_BOTTLENECK("U-Net, bottleneck", 256, 256, cube(3, 1, 1), 6, 6, 6),
  UNET_UP_LOW("U-Net, lowest up", up(384, 64, 6)),
  UNET_UP_TOP("U-Net, highest up", up(32, 3, 48)),
  UNET_LEVEL1_GRADIENT("U-Net, level 1, gradient", gradient(16, cube(3, 1, 1), 48)),
  SEGRESNET_TOP("SegResNet, top level", 8, 8, cube(3, 1, 1), 96, 96, 96),
  SEGRESNET_BOTTOM("SegResNet, bottom level", 64, 64, cube(3, 1, 1), 12, 12, 12),
  SEGRESNET_TOP_GRADIENT("SegResNet, top level, gradient", gradient(8, cube(3, 1, 1), 96)),
  MESHNET5_FIRST("MeshNet-5, conv0", 1, 5, cube(3, 1, 1), 128, 128, 128),
  MESHNET5_D2("MeshNet-5, dilation 2", 5, 5, cube(3, 1, 2), 128, 128, 128),
  MESHNET5_D16("MeshNet-5, dilation 16", 5, 5, cube(3, 1, 16), 128, 128, 128),
  MESHNET5_LAST("MeshNet-5, conv9", 5, 3, cube(1, 1, 1), 128, 128, 128),
  MESHNET5_GRADIENT("MeshNet-5, conv8, gradient", gradient(5, cube(3, 1, 1), 128)),
  MESHNET20_D1("MeshNet-20, dilation 1", 20, 20, cube(3, 1, 1), 96, 96, 96),
  MESHNET20_D8("MeshNet-20, dilation 8", 20, 20, cube(3, 1, 8), 96, 96, 96);

  private final OpShape shape;

  ConvShape(String place, int inputs, int outputs, Window window, int... space) {
    this(place, 1, inputs, outputs, window, space);
  }

  ConvShape(String place, int batch, int inputs, int outputs, Window window, int... space) {
    this(forward(place, batch, inputs, outputs, window, space));
  }

  ConvShape(String place, OpShape unplaced) {
    this(new OpShape(place, unplaced.op(), unplaced.data(), unplaced.inputs()));
  }

  ConvShape(OpShape shape) {
    this.shape = shape;
  }

  @Override
  public OpShape shape() {
    return shape;
  }

  private static OpShape forward(
      String place, int batch, int inputs, int outputs, Window window, int... space) {
    int[] x = dims(batch, inputs, space);
    int[] kernel = new int[window.rank()];
    for (int i = 0; i < kernel.length; i++) {
      kernel[i] = window.axis(i).kernel();
    }
    Op op = new Conv.Forward(window, 1);
    return OpShape.of(
        place, op, 1, Shape.of(x), Shape.of(dims(outputs, inputs, kernel)), Shape.of(outputs));
  }

  /** A transposed convolution that doubles a cube. */
  private static OpShape up(int inputs, int outputs, int size) {
    Op op = new Conv.Transposed(cube(3, 2, 1), 1, List.of(1, 1, 1));
    Shape x = Shape.of(1, inputs, size, size, size);
    return OpShape.of("", op, 1, x, Shape.of(inputs, outputs, 3, 3, 3), Shape.of(outputs));
  }

  /** The input's gradient of a convolution that keeps a cube and its channels. */
  private static OpShape gradient(int channels, Window window, int size) {
    Op op = new Conv.InputGrad(window, 1, List.of(size, size, size));
    Shape y = Shape.of(1, channels, size, size, size);
    return OpShape.of("", op, 1, y, Shape.of(channels, channels, 3, 3, 3));
  }

  /** Padded so that stride 1 keeps the size. */
  private static Window cube(int kernel, int stride, int dilation) {
    return Window.cube(3, kernel, stride, dilation * (kernel / 2), dilation);
  }

  private static Window square(int kernel, int stride) {
    return Window.cube(2, kernel, stride, kernel / 2, 1);
  }

  private static Window stem() {
    Window.Axis plane = new Window.Axis(7, 2, 3, 3, 1);
    return new Window(List.of(new Window.Axis(3, 1, 1, 1, 1), plane, plane));
  }

  private static int[] dims(int first, int second, int... others) {
    int[] dims = new int[others.length + 2];
    dims[0] = first;
    dims[1] = second;
    System.arraycopy(others, 0, dims, 2, others.length);
    return dims;
  }
}
