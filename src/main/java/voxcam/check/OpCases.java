package voxcam.check;

import java.util.List;
import java.util.stream.Stream;

/** The cases that every backend must pass: some for each operation of the vocabulary. */
public final class OpCases {
  private OpCases() {}

  /** All cases, family by family; the same data on every call. */
  public static List<OpCase> all() {
    return Stream.of(
            SourceCases.all(),
            ElementwiseCases.all(),
            ChainCases.all(),
            ConvCases.all(),
            PoolCases.all(),
            NormCases.all(),
            ReduceCases.all(),
            LinearCases.all(),
            IndexCases.all(),
            MovementCases.all(),
            ResizeCases.all(),
            CamCases.all())
        .flatMap(List::stream)
        .toList();
  }
}
