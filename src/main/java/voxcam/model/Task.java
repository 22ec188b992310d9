package voxcam.model;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import voxcam.op.InputException;
import voxcam.op.Shape;

/** What the logits of a model mean. */
public enum Task {
  /** Each label is there or not: a sigmoid for each, of the whole volume or of each voxel. */
  MULTILABEL,
  /** Exactly one label holds for the whole volume. */
  MULTICLASS,
  /** Exactly one label holds for each voxel. */
  SEGMENTATION;

  /** The word in model files. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Whether labels may hold together, each by itself where its logit is above 0. */
  public boolean overlaps(int labels) {
    return this == MULTILABEL || labels == 1;
  }

  /** Whether logits {@code [N,labels,...]} belong to positions, more than one in all. */
  public static boolean isDense(Shape logits) {
    return logits.rank() > 2 && logits.size(2, logits.rank()) > 1;
  }

  static Task parse(String where, String word) {
    List<String> words = Arrays.stream(values()).map(Task::word).toList();
    int index = words.indexOf(word);
    if (index < 0) {
      throw new InputException(
          where
              + ": the task "
              + Texts.quoted(word)
              + " is not known, known are "
              + String.join(", ", words));
    }
    return values()[index];
  }
}
