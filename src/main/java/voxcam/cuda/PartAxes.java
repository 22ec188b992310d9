package voxcam.cuda;

import java.util.Arrays;
import voxcam.op.InputException;
import voxcam.op.Shape;

/**
 * The axes of a tensor and where on each of them a part of it lies: at {@code first}, {@code first
 * + step}, and so on. Innermost first; neighbours that can be walked as one are one.
 *
 * @param whole the sizes of the tensor
 * @param first where the part begins, below 0 if it stands out
 * @param step how far apart neighbours of the part lie
 * @param part the sizes of the part
 */
record PartAxes(int axes, long[] whole, long[] first, long[] step, long[] part) {
  /**
   * The axes of a part.
   *
   * @param op names the operation in the error
   * @param first per axis of the tensor, outermost first, as are step and part
   * @param outside whether what lies outside the part is all the same, so that an axis may join the
   *     one outside it even where the part is not all of that
   * @throws InputException if too many axes are left
   */
  static PartAxes of(
      String op, Shape tensor, long[] first, long[] step, long[] part, boolean outside) {
    PartAxes joined =
        new PartAxes(
            0,
            new long[tensor.rank()],
            new long[tensor.rank()],
            new long[tensor.rank()],
            new long[tensor.rank()]);
    for (int axis = tensor.rank() - 1; axis >= 0; axis--) {
      joined = joined.with(tensor.dim(axis), first[axis], step[axis], part[axis], outside);
    }
    if (joined.axes() > Walk.MOST_AXES) {
      throw new InputException(
          "%s: device cuda walks over at most %d axes, %s has %d; use --device cpu"
              .formatted(op, Walk.MOST_AXES, tensor, joined.axes()));
    }
    return new PartAxes(
        joined.axes(),
        Arrays.copyOf(joined.whole(), Walk.MOST_AXES),
        Arrays.copyOf(joined.first(), Walk.MOST_AXES),
        Arrays.copyOf(joined.step(), Walk.MOST_AXES),
        Arrays.copyOf(joined.part(), Walk.MOST_AXES));
  }

  private PartAxes with(long size, long from, long by, long count, boolean outside) {
    int last = axes - 1;
    boolean isWhole = from == 0 && by == 1 && count == size;
    boolean joins =
        axes > 0
            && first[last] == 0
            && step[last] == 1
            && part[last] == whole[last]
            && by == 1
            && (outside || isWhole);
    if (joins) {
      first[last] = from * whole[last];
      part[last] = count * whole[last];
      whole[last] *= size;
      return this;
    }
    whole[axes] = size;
    first[axes] = from;
    step[axes] = by;
    part[axes] = count;
    return new PartAxes(axes + 1, whole, first, step, part);
  }
}
