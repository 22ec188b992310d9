package voxcam.cuda;

/**
 * A convolution by cuDNN, with our kernels before and behind it. A constant weight is packed once.
 */
final class CudnnWork implements Work {
  private final CudnnConvolution convolution;
  private final CudnnAlgorithm algorithm;
  private final Packing packing;
  private final KernelWork once;
  private final KernelWork before;
  private final KernelWork after;
  private final String name;
  private volatile long kept;

  /**
   * Loads the kernels. The context must be current.
   *
   * @param convolution is closed with this
   */
  CudnnWork(
      Device device,
      CudnnConvolution convolution,
      CudnnAlgorithm algorithm,
      CudnnNumbers numbers,
      Packing packing) {
    this.convolution = convolution;
    this.algorithm = algorithm;
    this.packing = packing;
    once = new KernelWork(device, new Launches(packing.once(), 0), "");
    before = new KernelWork(device, new Launches(packing.before(), 0), "");
    after = new KernelWork(device, new Launches(packing.after(), 0), "");
    name =
        "cudnn "
            + numbers.precision().word()
            + " "
            + algorithm.direction().word()
            + ": "
            + algorithm.name()
            + (numbers.isTransposed() ? ", channels last" : "");
  }

  /** The same with the reason why it was chosen, for records; one of the two is closed. */
  CudnnWork because(String reason) {
    return new CudnnWork(this, name + " (" + reason + ")");
  }

  private CudnnWork(CudnnWork other, String name) {
    convolution = other.convolution;
    algorithm = other.algorithm;
    packing = other.packing;
    once = other.once;
    before = other.before;
    after = other.after;
    this.name = name;
  }

  @Override
  public long scratch() {
    return packing.scratch() + CudaPlan.aligned(algorithm.workspace());
  }

  @Override
  public long kept() {
    return packing.kept();
  }

  @Override
  public void keep(Stream stream, long[] inputs, long address) {
    kept = address;
    once.start(stream, inputs, 0, 0, address);
  }

  /** Whether it computes by this one. */
  boolean isBy(CudnnConvolution other) {
    return convolution.equals(other);
  }

  @Override
  public String algorithm() {
    return name;
  }

  @Override
  public boolean isForeign() {
    return true;
  }

  @Override
  public void prepare(Stream stream) {
    stream.cudnn();
  }

  @Override
  public void start(Stream stream, long[] inputs, long output, long scratch) {
    before.start(stream, inputs, output, scratch, kept);
    convolution.start(
        stream.cudnn(),
        algorithm,
        address(packing.first(), inputs, output, scratch),
        address(packing.second(), inputs, output, scratch),
        address(packing.result(), inputs, output, scratch),
        scratch + packing.scratch(),
        packing.scale());
    after.start(stream, inputs, output, scratch, kept);
  }

  private long address(Argument place, long[] inputs, long output, long scratch) {
    return switch (place) {
      case Argument.Input(int index) -> inputs[index];
      case Argument.Output() -> output;
      case Argument.Scratch(long offset) -> scratch + offset;
      case Argument.Kept(long offset) -> kept + offset;
      case Argument.Counters _, Argument.None _, Argument.Geometry _, Argument.Real _ ->
          throw new IllegalStateException(place + " is no address");
    };
  }

  @Override
  public void close() {
    convolution.close();
  }
}
