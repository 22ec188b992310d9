package voxcam.cpu;

import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import voxcam.op.Shape;
import voxcam.op.Tensor;

/**
 * The arrays of results. A tensor that its caller let go of without a look at its values, as is
 * most often done with the logits of a segmentation, leaves its array to a later run. Once somebody
 * has seen the array it is his.
 */
final class Loans {
  /** Smaller arrays than 1 MiB are no matter. */
  private static final int LEAST = 1 << 18;

  /** How many are remembered. */
  private static final int KEPT = 4;

  /** An array with the tensor that it was lent to. */
  private static final class Loan {
    private final float[] array;
    private volatile boolean seen;
    private WeakReference<Tensor> holder = new WeakReference<>(null);

    Loan(float[] array) {
      this.array = array;
    }
  }

  /** A result whose values nobody has asked for yet. */
  private static final class Lent implements Tensor {
    private final Shape shape;
    private final Loan loan;

    Lent(Shape shape, Loan loan) {
      this.shape = shape;
      this.loan = loan;
    }

    @Override
    public Shape shape() {
      return shape;
    }

    @Override
    public float[] floats() {
      try {
        loan.seen = true;
        return loan.array;
      } finally {
        // Else it might be gone before it is said that the array was seen.
        Reference.reachabilityFence(this);
      }
    }

    @Override
    public double[] doubles() {
      return Tensor.of(shape, floats()).doubles();
    }
  }

  private final Deque<Loan> loans = new ArrayDeque<>();

  /** An array for a result, whose content is unknown. */
  synchronized float[] take(int floats) {
    for (Iterator<Loan> all = loans.iterator(); all.hasNext(); ) {
      Loan loan = all.next();
      boolean free = loan.holder.refersTo(null);
      if (free || loan.seen) {
        all.remove();
      }
      if (free && !loan.seen && loan.array.length == floats) {
        return loan.array;
      }
    }
    return new float[floats];
  }

  /** The result of a run. */
  synchronized Tensor lend(Shape shape, float[] array) {
    if (array.length < LEAST) {
      return Tensor.of(shape, array);
    }
    Loan loan = new Loan(array);
    Tensor lent = new Lent(shape, loan);
    loan.holder = new WeakReference<>(lent);
    loans.add(loan);
    if (loans.size() > KEPT) {
      loans.remove();
    }
    return lent;
  }

  synchronized void clear() {
    loans.clear();
  }
}
