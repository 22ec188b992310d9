package voxcam.op;

import java.util.ArrayList;
import java.util.List;

/** The checks that many shape rules share, so that their messages read alike. */
final class Arguments {
  private Arguments() {}

  static void count(Op op, List<Shape> inputs, int least, int most) {
    if (inputs.size() < least || inputs.size() > most) {
      String wanted = least == most ? String.valueOf(least) : least + " to " + most;
      throw new InputException(op.name() + ": has " + inputs.size() + " inputs, takes " + wanted);
    }
  }

  static Shape only(Op op, List<Shape> inputs) {
    count(op, inputs, 1, 1);
    return inputs.get(0);
  }

  static void require(boolean holds, Op op, String what, List<Shape> inputs) {
    if (!holds) {
      throw refusal(op, what, inputs);
    }
  }

  /** The same for rules that are asked so often that their texts are better not made in vain. */
  static InputException refusal(Op op, String what, List<Shape> inputs) {
    return new InputException(op.name() + ": " + what + " (inputs " + listed(inputs) + ")");
  }

  static String listed(List<Shape> shapes) {
    return String.join(", ", shapes.stream().map(Shape::toString).toList());
  }

  /** An optional vector of one value per channel, as bias and scale are. */
  static void perChannel(Op op, List<Shape> inputs, int index, String what, int channels) {
    if (index < inputs.size()) {
      Shape shape = inputs.get(index);
      if (shape.rank() != 1 || shape.dim(0) != channels) {
        throw refusal(op, what + " is " + shape + ", expected [" + channels + "]", inputs);
      }
    }
  }

  /** The batch and channel sizes of a shape followed by other spatial sizes. */
  static Shape spatial(int batch, int channels, List<Integer> sizes) {
    int[] dims = new int[sizes.size() + 2];
    dims[0] = batch;
    dims[1] = channels;
    for (int i = 0; i < sizes.size(); i++) {
      dims[i + 2] = sizes.get(i);
    }
    return Shape.of(dims);
  }

  static int[] array(List<Integer> sizes) {
    int[] array = new int[sizes.size()];
    for (int i = 0; i < array.length; i++) {
      array[i] = sizes.get(i);
    }
    return array;
  }

  static List<Integer> list(Shape shape, int from) {
    List<Integer> sizes = new ArrayList<>();
    for (int i = from; i < shape.rank(); i++) {
      sizes.add(shape.dim(i));
    }
    return List.copyOf(sizes);
  }
}
