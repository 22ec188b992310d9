package voxcam.op;

/** One size of a graph input: known when the model is opened, or free until a volume is at hand. */
public sealed interface Dim {
  /** A size that every input has. */
  record Fixed(int size) implements Dim {
    public Fixed {
      if (size < 1) {
        throw new InputException("input: size " + size + ", every size must be at least 1");
      }
    }

    @Override
    public String toString() {
      return Integer.toString(size);
    }
  }

  /** A size that the input brings; equal names mean equal sizes. */
  record Free(String name) implements Dim {
    @Override
    public String toString() {
      return name;
    }
  }
}
