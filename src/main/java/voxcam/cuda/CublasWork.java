package voxcam.cuda;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import voxcam.backend.Options.Precision;
import voxcam.op.Linear;

/** A matrix product by cuBLAS; what is added to it is added by a kernel of ours. */
final class CublasWork implements Work {
  /** What NVIDIA advises, from Hopper on and before. */
  private static final long LARGE_WORKSPACE = 32L << 20;

  private static final long WORKSPACE = 4L << 20;

  /** From this size of both sides on a product is worth a library's. */
  private static final long LEAST = 16;

  private final CublasProblem problem;
  private final Numbers numbers;
  private final float alpha;
  private final long product;
  private final long workspace;
  private final KernelWork end;

  /** How cuBLAS multiplies single precision; sums are in single precision always. */
  enum Numbers {
    FP32(68),
    TF32(77),
    BF16(75);

    private final int compute;

    Numbers(int compute) {
      this.compute = compute;
    }

    /** On a GPU of this major compute capability. */
    static Numbers of(Precision precision, int major) {
      if (major < 8) {
        return FP32;
      }
      return switch (precision) {
        case FP32 -> FP32;
        // As many digits as fp16, and values of any size.
        case TF32, FP16 -> TF32;
        case BF16 -> BF16;
      };
    }
  }

  private CublasWork(
      CublasProblem problem,
      Numbers numbers,
      float alpha,
      long product,
      long workspace,
      KernelWork end) {
    this.problem = problem;
    this.numbers = numbers;
    this.alpha = alpha;
    this.product = product;
    this.workspace = workspace;
    this.end = end;
  }

  /**
   * The work for a product, or nothing where our kernels are taken.
   *
   * @param always also for products so small that ours are as good
   */
  static Optional<Work> of(
      Device device, Linear op, CudaLinear.Product p, Numbers numbers, boolean always) {
    boolean large = p.rows() >= LEAST && p.columns() >= LEAST && p.depth() >= LEAST;
    if (!large && !always) {
      return Optional.empty();
    }
    boolean added = p.added().length > 0;
    List<Launch> launches = added ? List.of(CudaLinear.end(op, p)) : List.of();
    long bytes = added ? CudaPlan.aligned(p.count() * Float.BYTES) : 0;
    float alpha = added ? 1 : CudaLinear.alpha(op);
    return CublasProblem.of(p)
        .map(problem ->
            new CublasWork(
                problem,
                numbers,
                alpha,
                bytes,
                device.gpu().major() >= 9 ? LARGE_WORKSPACE : WORKSPACE,
                new KernelWork(device, new Launches(launches, 0), "")));
  }

  @Override
  public long scratch() {
    return product + workspace;
  }

  @Override
  public String algorithm() {
    return "cublas " + numbers.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public boolean isForeign() {
    return true;
  }

  @Override
  public void prepare(Stream stream) {
    stream.cublas();
  }

  @Override
  public void start(Stream stream, long[] inputs, long output, long scratch) {
    CublasHandle handle = stream.cublas();
    handle.workspace(scratch + product, workspace);
    long result = product > 0 ? scratch : output;
    handle.multiply(problem, numbers.compute, alpha, inputs[1], inputs[0], result);
    end.start(stream, inputs, output, scratch);
  }

  @Override
  public void close() {
    end.close();
  }
}
