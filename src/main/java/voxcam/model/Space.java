package voxcam.model;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import voxcam.op.InputException;

/**
 * Which axes of a layer are space, for layers whose positions are not simply the axes behind the
 * channels: slabs of a volume in the batch ({@code 0,2,3} of {@code [slabs,K,H,W]}) or in the
 * channels ({@code 1,3,4} of {@code [1,slabs,K,H,W]}), tokens of a transformer ({@code [N,T,K]}).
 * All other axes but a batch are channels: a map is summed over them.
 *
 * @param axes for the axes of the map in their order (D, H, W) the layer's axis that runs along it,
 *     counted from 0, or {@link #NONE} where the layer has none and the map is the same all along
 * @param tokens how positions lie in the last of these axes, if it holds more than one axis of
 *     space
 */
public record Space(List<Integer> axes, Optional<Tokens> tokens) {
  /** Stands for an axis of the map that the layer has no axis for; {@code -} in text. */
  public static final int NONE = -1;

  private static final int MOST_AXES = 3;
  private static final int AXIS_OF_TOKENS = 1;
  private static final int LARGEST_SIZE = 1 << 20;
  private static final Pattern AXIS = Pattern.compile("[0-9]{1,2}");
  private static final Pattern TOKENS =
      Pattern.compile("(?:([0-9]{1,4})\\+)?([0-9]{1,5}(?:x[0-9]{1,5}){0,2})(?:\\+([0-9]{1,4}))?");

  /**
   * Checks what can be checked without a layer.
   *
   * @throws InputException if an axis is named twice, or the map would have no or more than three
   *     axes
   */
  public Space {
    axes = List.copyOf(axes);
    String named = "space " + text(axes);
    Set<Integer> seen = new HashSet<>();
    for (int axis : axes) {
      if (axis < NONE) {
        throw new InputException(named + ": axis " + axis + " cannot be; axes count from 0");
      }
      if (axis != NONE && !seen.add(axis)) {
        throw new InputException(named + ": names axis " + axis + " twice; give each axis once");
      }
    }
    if (seen.isEmpty()) {
      throw new InputException(named + ": names no axis of the layer; give numbers, as 0,2,3");
    }
    int places = axes.size() + tokens.map(all -> all.sizes().size() - 1).orElse(0);
    if (places > MOST_AXES) {
      throw new InputException(
          named
              + tokens.map(all -> " with tokens " + all).orElse("")
              + ": makes a map of "
              + places
              + " axes, a map has at most "
              + MOST_AXES);
    }
    if (tokens.isPresent() && axes.getLast() == NONE) {
      throw new InputException(
          named + ": tokens " + tokens.get() + " need an axis to lie in; name it last");
    }
  }

  /** These axes of a layer. */
  public static Space of(Integer... axes) {
    return new Space(List.of(axes), Optional.empty());
  }

  /** The tokens of a layer {@code [N,T,K]}, row-major in the sizes given. */
  public static Space ofTokens(Integer... sizes) {
    return new Space(List.of(AXIS_OF_TOKENS), Optional.of(new Tokens(0, List.of(sizes), 0)));
  }

  /**
   * Positions that lie one behind the other in one axis, row-major, with tokens that are no
   * position before or after them: {@code 1+8x8x8} in text.
   *
   * @param before tokens before the positions, as a class token
   * @param sizes of the positions, one to three
   * @param after tokens behind the positions
   */
  public record Tokens(int before, List<Integer> sizes, int after) {
    public Tokens {
      sizes = List.copyOf(sizes);
      if (before < 0
          || after < 0
          || sizes.isEmpty()
          || sizes.size() > MOST_AXES
          || sizes.stream().anyMatch(size -> size < 1 || size > LARGEST_SIZE)) {
        throw new InputException(
            "tokens "
                + text(before, sizes, after)
                + ": give one to three sizes of at least 1, as 8x8x8");
      }
    }

    /** How many tokens are positions. */
    public long positions() {
      return sizes.stream().mapToLong(Integer::longValue).reduce(1, (a, b) -> a * b);
    }

    /** How many tokens there are in all. */
    public long count() {
      return before + positions() + after;
    }

    @Override
    public String toString() {
      return text(before, sizes, after);
    }

    private static String text(int before, List<Integer> sizes, int after) {
      // Of two numbers alone the first would be read as tokens before the positions.
      boolean told = before > 0 || (after > 0 && sizes.size() == 1);
      return (told ? before + "+" : "")
          + sizes.stream().map(String::valueOf).collect(Collectors.joining("x"))
          + (after == 0 ? "" : "+" + after);
    }
  }

  /**
   * Reads what users write.
   *
   * @param axes as {@code 0,2,3} or {@code -,3,4}; nothing means axis 1 for tokens
   * @param tokens as {@code 8x8x8}, with a class token before them {@code 1+8x8x8}, behind them
   *     {@code 8x8x8+1}
   * @return nothing if neither is given
   * @throws InputException if one of them is not of this form, or as the constructor
   */
  public static Optional<Space> parse(Optional<String> axes, Optional<String> tokens) {
    if (axes.isEmpty() && tokens.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new Space(
            axes.map(Space::parseAxes).orElse(List.of(AXIS_OF_TOKENS)),
            tokens.map(Space::parseTokens)));
  }

  private static List<Integer> parseAxes(String text) {
    List<Integer> axes = new ArrayList<>();
    for (String part : text.split(",", -1)) {
      String axis = part.strip();
      if (!axis.equals("-") && !AXIS.matcher(axis).matches()) {
        throw new InputException(
            "space "
                + Texts.line(text)
                + ": not a list of axes; give the layer's axes along D,H,W counted from 0, as 0,2,3,"
                + " with - for one that it does not have");
      }
      axes.add(axis.equals("-") ? NONE : Integer.parseInt(axis));
    }
    return axes;
  }

  private static Tokens parseTokens(String text) {
    Matcher matcher = TOKENS.matcher(text.strip());
    if (!matcher.matches()) {
      throw new InputException(
          "tokens "
              + Texts.line(text)
              + ": give the grid of the tokens, as 8x8x8, or 1+8x8x8 with a class token before it,"
              + " 8x8x8+1 behind it");
    }
    List<Integer> sizes = new ArrayList<>();
    for (String size : matcher.group(2).split("x", -1)) {
      sizes.add(Integer.parseInt(size));
    }
    return new Tokens(number(matcher.group(1)), sizes, number(matcher.group(3)));
  }

  private static int number(String text) {
    return text == null ? 0 : Integer.parseInt(text);
  }

  /** The axes as they are read. */
  public String axesText() {
    return text(axes);
  }

  private static String text(List<Integer> axes) {
    return axes.stream()
        .map(axis -> axis == NONE ? "-" : String.valueOf(axis))
        .collect(Collectors.joining(","));
  }

  @Override
  public String toString() {
    return "space " + axesText() + tokens.map(all -> ", tokens " + all).orElse("");
  }
}
