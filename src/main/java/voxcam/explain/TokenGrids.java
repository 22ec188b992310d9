package voxcam.explain;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import voxcam.graph.Graph;
import voxcam.model.Space;
import voxcam.op.Shape;

/** How so many tokens may lie: guesses for error texts. */
final class TokenGrids {
  /** Class, distillation and register tokens that networks have beside the positions. */
  private static final int MOST_OTHERS = 8;

  private TokenGrids() {}

  /** A grid of patches with equal edges that makes as many tokens, with few others before them. */
  static Optional<String> suggested(Graph graph, int count) {
    Shape input = graph.inputs().get(0).shape();
    if (input.rank() < 3 || input.rank() > 5) {
      return Optional.empty();
    }
    int[] space = Arrays.copyOfRange(input.dims(), 2, input.rank());
    int shortest = Arrays.stream(space).min().orElse(1);
    for (int others = 0; others <= MOST_OTHERS && others < count; others++) {
      for (int edge = 1; edge <= shortest; edge++) {
        List<Integer> sizes = patches(space, edge);
        if (!sizes.isEmpty()
            && sizes.stream().mapToLong(Integer::longValue).reduce(1, (a, b) -> a * b)
                == count - others) {
          return Optional.of(new Space.Tokens(others, sizes, 0).toString());
        }
      }
    }
    return Optional.empty();
  }

  private static List<Integer> patches(int[] space, int edge) {
    List<Integer> sizes = new ArrayList<>();
    for (int size : space) {
      if (size % edge != 0) {
        return List.of();
      }
      sizes.add(size / edge);
    }
    return sizes;
  }

  /** What may have been meant by a grid that makes another number of tokens than there are. */
  static Optional<String> meant(Graph graph, Space.Tokens tokens, int count) {
    long others = count - tokens.positions();
    Optional<String> sameGrid =
        others >= 0 && others <= MOST_OTHERS
            ? Optional.of(new Space.Tokens((int) others, tokens.sizes(), 0).toString())
            : Optional.empty();
    return sameGrid.filter(_ -> others <= 1).or(() -> suggested(graph, count)).or(() -> sameGrid);
  }
}
