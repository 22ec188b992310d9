package voxcam.model;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import voxcam.op.InputException;
import voxcam.op.Shape;
import voxcam.op.Tensor;

/**
 * The values that a file knows beforehand: its tensors, and what its {@code Constant} nodes hold.
 */
final class Constants {
  /** The most values that operations of a file may ask to be made: 16 MiB. */
  private static final long MOST_MADE = 4 << 20;

  private final Map<String, Tensor> tensors;
  private final Set<String> empty;
  private final Map<String, Tensor> literals = new HashMap<>();
  private final Set<String> emptyLiterals = new HashSet<>();
  private long made;

  /**
   * @param tensors by name
   * @param empty the names of tensors that have no element
   */
  Constants(Map<String, Tensor> tensors, Set<String> empty) {
    this.tensors = tensors;
    this.empty = empty;
  }

  boolean has(String name) {
    return tensors.containsKey(name)
        || empty.contains(name)
        || literals.containsKey(name)
        || emptyLiterals.contains(name);
  }

  /** The tensor of this name, unless it is empty or there is none. */
  Optional<Tensor> tensor(String name) {
    Tensor literal = literals.get(name);
    return Optional.ofNullable(literal == null ? tensors.get(name) : literal);
  }

  /**
   * Counts values that no file holds and that are about to be made: a short file must not ask for
   * gigabytes of them.
   *
   * @return whether they are too many, with those before
   */
  boolean tooManyWith(long values) {
    made += values;
    return made > MOST_MADE;
  }

  /** A value that was computed while the file was read. */
  void define(String name, Tensor value) {
    literals.put(name, value);
  }

  /** Likewise, of no elements. */
  void defineEmpty(String name) {
    emptyLiterals.add(name);
  }

  /** Takes the value of a {@code Constant} node. */
  void define(String where, Description.Step step) {
    Attributes attributes = new Attributes(where, step.attributes());
    double[] values;
    boolean single;
    if (attributes.has("value_float") || attributes.has("value_floats")) {
      single = attributes.has("value_float");
      values = attributes.reals(single ? "value_float" : "value_floats").orElseThrow();
    } else {
      single = attributes.has("value_int");
      String name = single ? "value_int" : "value_ints";
      values =
          Arrays.stream(
                  attributes
                      .wholes(name)
                      .orElseThrow(() ->
                          new InputException(
                              where
                                  + ": needs value_float, value_floats, value_int or value_ints;"
                                  + " other constants are tensors of the file")))
              .asDoubleStream()
              .toArray();
    }
    if (step.attributes().size() != 1 || !step.inputs().isEmpty() || step.outputs().size() != 1) {
      throw new InputException(where + ": takes one attribute, no input, one output");
    }
    String output = step.outputs().get(0);
    if (values.length == 0) {
      emptyLiterals.add(output);
    } else {
      literals.put(output, Tensor.of(single ? Shape.SCALAR : Shape.of(values.length), values));
    }
  }

  /** The numbers of a constant that is a parameter of an operation. */
  double[] reals(String where, String name) {
    Optional<Tensor> tensor = tensor(name);
    tensor.ifPresent(t -> Numbers.checkCount(where, t.shape().size()));
    return tensor.map(Tensor::doubles).orElse(new double[0]);
  }

  /** The whole numbers of a constant that is a parameter of an operation, in all their 64 bits. */
  long[] wholes(String where, String name) {
    if (tensor(name).orElse(null) instanceof WholeNumbers stored && stored.isWhole()) {
      Numbers.checkCount(where, stored.shape().size());
      return stored.wholes();
    }
    double[] reals = reals(where, name);
    long[] values = new long[reals.length];
    for (int i = 0; i < values.length; i++) {
      if (reals[i] != Math.rint(reals[i]) || Double.isInfinite(reals[i])) {
        throw new InputException(where + " holds " + reals[i] + ", expected whole numbers");
      }
      values[i] = (long) reals[i];
    }
    return values;
  }
}
