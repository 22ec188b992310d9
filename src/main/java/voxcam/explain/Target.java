package voxcam.explain;

import java.util.ArrayList;
import java.util.List;
import voxcam.op.InputException;

/** Which of a model's labels to explain. */
public sealed interface Target {
  /** One label by its index. */
  record Index(int index) implements Target {}

  /** One label for each sample of a batch. */
  record PerSample(List<Integer> indices) implements Target {
    public PerSample {
      indices = List.copyOf(indices);
    }
  }

  /** Every label. */
  record All() implements Target {}

  /** The labels with the highest scores; for dense outputs those of the most voxels. */
  record Top(int count) implements Target {
    public Top {
      if (count < 1) {
        throw new InputException("target top:" + count + ": give at least 1");
      }
    }
  }

  /**
   * Reads {@code all}, {@code top}, {@code top:k}, a label, or an index; a label first where both
   * would do.
   *
   * @throws InputException if it is none of them
   */
  static Target parse(String text, List<String> labels) {
    int label = labels.indexOf(text);
    if (label >= 0) {
      return new Index(label);
    }
    if (text.equals("all")) {
      return new All();
    }
    if (text.equals("top")) {
      return new Top(1);
    }
    if (text.startsWith("top:") && text.substring(4).matches("[0-9]{1,6}")) {
      return new Top(Integer.parseInt(text.substring(4)));
    }
    if (text.matches("[0-9]{1,6}")) {
      int index = Integer.parseInt(text);
      if (index < labels.size()) {
        return new Index(index);
      }
      throw new InputException(
          "target "
              + index
              + ": the model has "
              + labels.size()
              + " labels, give 0 to "
              + (labels.size() - 1));
    }
    throw new InputException(
        "target "
            + text
            + ": not a label of this model; "
            + Nearest.suggestion(text, labels)
            + ", or give an index, all or top:k");
  }

  /** The same for several, separated by commas; a label that has a comma in it is found whole. */
  static List<Target> parseAll(String text, List<String> labels) {
    if (labels.contains(text)) {
      return List.of(new Index(labels.indexOf(text)));
    }
    List<Target> targets = new ArrayList<>();
    for (String part : text.split(",", -1)) {
      if (part.isBlank()) {
        throw new InputException("target " + text + ": a part of the list is empty");
      }
      targets.add(parse(part.strip(), labels));
    }
    return List.copyOf(targets);
  }
}
