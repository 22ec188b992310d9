package voxcam.nets;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import voxcam.op.InputException;
import voxcam.op.Shape;
import voxcam.op.Tensor;
import voxcam.op.Window;

/**
 * A state dict while a network takes its weights from it. Goes on where something does not fit, so
 * that {@link #check} can tell all of it at once.
 */
final class Weights {
  /** A size that only the weights know. */
  static final int ANY = -1;

  private static final String PREFIX = "module.";
  private static final String COUNTER = "num_batches_tracked";
  private static final int MOST = 10;

  private final String name;
  private final Map<String, Tensor> tensors = new LinkedHashMap<>();
  private final Map<String, String> spelled = new LinkedHashMap<>();
  private final Set<String> taken = new HashSet<>();
  private final List<String> missing = new ArrayList<>();
  private final List<String> misshaped = new ArrayList<>();

  /** Names may begin with {@code module.}, which PyTorch's DataParallel puts before them. */
  Weights(String name, Map<String, Tensor> given) {
    this.name = name;
    given.forEach((key, tensor) -> {
      String plain = key.startsWith(PREFIX) ? key.substring(PREFIX.length()) : key;
      if (!plain.endsWith(COUNTER) && tensors.put(plain, tensor) != null) {
        throw new InputException("%s: has both %s and %s%s".formatted(name, plain, PREFIX, plain));
      }
      spelled.put(plain, key);
    });
  }

  boolean has(String weight) {
    return tensors.containsKey(weight);
  }

  /** All names that nobody has taken yet. */
  Set<String> names() {
    return new LinkedHashSet<>(tensors.keySet());
  }

  /** The size of a weight's axis, or {@link #ANY} if it is not there. */
  int size(String weight, int axis) {
    Tensor tensor = tensors.get(weight);
    return tensor == null || axis >= tensor.shape().rank() ? ANY : tensor.shape().dim(axis);
  }

  /**
   * The window whose kernel is this weight's, with the padding that keeps sizes at stride 1, or
   * with none.
   */
  Window window(String weight, int rank, int stride, boolean padded) {
    List<Window.Axis> axes = new ArrayList<>();
    for (int i = 0; i < rank; i++) {
      int kernel = Math.max(1, size(weight, i + 2));
      int padding = padded ? (kernel - 1) / 2 : 0;
      axes.add(new Window.Axis(kernel, stride, padding, padding, 1));
    }
    return new Window(axes);
  }

  /** How many channels two tensors have together. */
  static int together(int first, int second) {
    return first == ANY || second == ANY ? ANY : first + second;
  }

  /** Whether some weight's name begins so. */
  boolean hasUnder(String prefix) {
    return tensors.keySet().stream().anyMatch(name -> name.startsWith(prefix));
  }

  /**
   * A weight of the given sizes; where it is missing or of another shape, something that stands for
   * it.
   */
  Tensor take(String weight, int... sizes) {
    taken.add(weight);
    Tensor tensor = tensors.get(weight);
    if (tensor == null) {
      missing.add(weight);
      return Tensor.scalar(0);
    }
    if (!fits(tensor.shape(), sizes)) {
      misshaped.add(
          "%s is %s, expected %s"
              .formatted(
                  spelled.get(weight),
                  tensor.shape(),
                  Arrays.toString(sizes).replace(" ", "").replace("-1", "any")));
    }
    return tensor;
  }

  private static boolean fits(Shape shape, int... sizes) {
    boolean fits = shape.rank() == sizes.length;
    for (int i = 0; fits && i < sizes.length; i++) {
      fits = sizes[i] == ANY || sizes[i] == shape.dim(i);
    }
    return fits;
  }

  /**
   * Whether the network took all weights and found all that it needs.
   *
   * @throws InputException if not, with the names
   */
  void check() {
    List<String> surplus =
        tensors.keySet().stream().filter(key -> !taken.contains(key)).map(spelled::get).toList();
    List<String> complaints = new ArrayList<>();
    complain(complaints, missing, " missing: ");
    complain(complaints, surplus, " left over: ");
    complain(complaints, misshaped, " of another shape: ");
    if (!complaints.isEmpty()) {
      throw new InputException(
          "the weights do not fit "
              + name
              + "; "
              + String.join("; ", complaints)
              + "; is this the right architecture, with the right options?");
    }
  }

  private static void complain(List<String> complaints, List<String> names, String what) {
    if (!names.isEmpty()) {
      String more = names.size() > MOST ? ", ..." : "";
      complaints.add(
          names.size()
              + what
              + String.join(", ", names.subList(0, Math.min(MOST, names.size())))
              + more);
    }
  }
}
