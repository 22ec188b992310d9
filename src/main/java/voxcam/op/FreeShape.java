package voxcam.op;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The shape of a graph input, of which some sizes may be free. */
public record FreeShape(List<Dim> dims) {
  public FreeShape {
    dims = List.copyOf(dims);
  }

  /** A shape with no free size. */
  public static FreeShape of(Shape shape) {
    List<Dim> dims = new ArrayList<>();
    for (int size : shape.dims()) {
      dims.add(new Dim.Fixed(size));
    }
    return new FreeShape(dims);
  }

  /** A shape written as sizes and names, {@code of(1, 3, "D", "H", "W")}. */
  public static FreeShape of(Object... dims) {
    List<Dim> parsed = new ArrayList<>();
    for (Object dim : dims) {
      parsed.add(
          switch (dim) {
            case Integer size -> new Dim.Fixed(size);
            case String name -> new Dim.Free(name);
            default ->
                throw new InputException("input: size " + dim + " is neither a number nor a name");
          });
    }
    return new FreeShape(parsed);
  }

  /** The shape itself when nothing in it is free. */
  public Optional<Shape> fixed() {
    int[] sizes = new int[dims.size()];
    for (int i = 0; i < sizes.length; i++) {
      if (!(dims.get(i) instanceof Dim.Fixed(int size))) {
        return Optional.empty();
      }
      sizes[i] = size;
    }
    return Optional.of(Shape.of(sizes));
  }

  /** Whether an input of this shape may be given: ranks, fixed and equally named sizes agree. */
  public boolean takes(Shape given) {
    boolean fits = given.rank() == dims.size();
    Map<String, Integer> bound = new HashMap<>();
    for (int i = 0; fits && i < dims.size(); i++) {
      int size = given.dim(i);
      fits =
          switch (dims.get(i)) {
            case Dim.Fixed(int wanted) -> size == wanted;
            case Dim.Free(String name) -> bound.merge(name, size, (old, now) -> old) == size;
          };
    }
    return fits;
  }

  /**
   * Checks that an input of this shape may be given.
   *
   * @throws InputException if ranks, fixed sizes or equally named sizes differ
   */
  public void check(String input, Shape given) {
    if (!takes(given)) {
      throw new InputException(
          "input " + input + ": shape is " + given + ", the network takes " + this);
    }
  }

  @Override
  public String toString() {
    return dims.toString().replace(" ", "");
  }
}
