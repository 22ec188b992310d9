package voxcam.cuda;

import java.util.Arrays;
import java.util.stream.LongStream;

/** Members of a kernel's struct, put together. */
final class Members {
  private Members() {}

  static Argument.Geometry joined(long[]... parts) {
    return new Argument.Geometry(Arrays.stream(parts).flatMapToLong(LongStream::of).toArray());
  }
}
