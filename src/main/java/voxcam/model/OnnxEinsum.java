package voxcam.model;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import voxcam.graph.Node;
import voxcam.op.Linear;
import voxcam.op.Movement;
import voxcam.op.Reduce;

/**
 * Sums of products over named axes, of one or two tensors: the axes of each are brought into the
 * order batch, own, summed, so that one matrix product does it. Diagonals and ellipses are refused.
 */
final class OnnxEinsum {
  private OnnxEinsum() {}

  static List<Node> read(Call call) {
    String equation = call.attributes().text("equation", "").replace(" ", "");
    int arrow = equation.indexOf("->");
    String[] terms = (arrow < 0 ? equation : equation.substring(0, arrow)).split(",", -1);
    List<Node> inputs = call.inputs(1, 2);
    if (terms.length != inputs.size() || !equation.matches("[A-Za-z,>-]*")) {
      throw call.refused("equation " + Texts.quoted(equation) + " is not supported");
    }
    Map<Character, Integer> sizes = new HashMap<>();
    for (int i = 0; i < terms.length; i++) {
      check(call, terms[i], inputs.get(i), sizes);
    }
    String output = arrow < 0 ? implicit(String.join("", terms)) : equation.substring(arrow + 2);
    check(call, output, null, sizes);
    if (output.chars().anyMatch(c -> !sizes.containsKey((char) c))) {
      throw call.refused("equation " + Texts.quoted(equation) + " has an output axis of no input");
    }
    Node a = summed(call, inputs.get(0), terms[0], output + (terms.length > 1 ? terms[1] : ""));
    String left = kept(terms[0], output + (terms.length > 1 ? terms[1] : ""));
    if (terms.length == 1) {
      return call.result(order(left, output), a);
    }
    Node b = summed(call, inputs.get(1), terms[1], output + terms[0]);
    String right = kept(terms[1], output + terms[0]);
    String batch = kept(kept(left, right), output);
    String rows = without(left, right);
    String columns = without(right, left);
    String inner = without(kept(left, right), batch);
    Node first = grouped(call, a, left, List.of(batch, rows, inner), sizes);
    Node second = grouped(call, b, right, List.of(batch, inner, columns), sizes);
    Node product = call.between(new Linear.MatMul(), first, second);
    String made = batch + rows + columns;
    Node apart = call.between(reshape(List.of(made.split("")), sizes), product);
    return made.isEmpty()
        ? call.result(new Movement.Reshape(List.of()), product)
        : call.result(order(made, output), apart);
  }

  private static void check(Call call, String term, Node input, Map<Character, Integer> sizes) {
    boolean fits =
        term.chars().distinct().count() == term.length()
            && (input == null || input.shape().rank() == term.length());
    for (int i = 0; fits && input != null && i < term.length(); i++) {
      fits =
          sizes.merge(term.charAt(i), input.shape().dim(i), (old, now) -> old)
              == input.shape().dim(i);
    }
    if (!fits) {
      throw call.refused("axes " + Texts.quoted(term) + " do not fit the input, or repeat");
    }
  }

  /** Without an arrow: the axes that come once, in alphabetical order. */
  private static String implicit(String axes) {
    return axes.chars()
        .filter(c -> axes.indexOf(c) == axes.lastIndexOf(c))
        .sorted()
        .mapToObj(c -> String.valueOf((char) c))
        .collect(Collectors.joining());
  }

  private static String kept(String axes, String others) {
    return axes.chars()
        .filter(c -> others.indexOf(c) >= 0)
        .mapToObj(c -> String.valueOf((char) c))
        .collect(Collectors.joining());
  }

  private static String without(String axes, String others) {
    return axes.chars()
        .filter(c -> others.indexOf(c) < 0)
        .mapToObj(c -> String.valueOf((char) c))
        .collect(Collectors.joining());
  }

  /** The input summed over the axes that nothing else has. */
  private static Node summed(Call call, Node x, String axes, String others) {
    List<Integer> gone = new ArrayList<>();
    for (int i = 0; i < axes.length(); i++) {
      if (others.indexOf(axes.charAt(i)) < 0) {
        gone.add(i);
      }
    }
    return gone.isEmpty() ? x : call.between(new Reduce(Reduce.Kind.Sum, gone, false), x);
  }

  private static Movement order(String from, String to) {
    return new Movement.Transpose(to.chars().mapToObj(c -> from.indexOf(c)).toList());
  }

  private static Movement reshape(List<String> groups, Map<Character, Integer> sizes) {
    return new Movement.Reshape(
        groups.stream()
            .map(
                group -> group.chars().map(c -> sizes.get((char) c)).reduce(1, Math::multiplyExact))
            .toList());
  }

  private static Node grouped(
      Call call, Node x, String axes, List<String> groups, Map<Character, Integer> sizes) {
    Node ordered = call.between(order(axes, String.join("", groups)), x);
    return call.between(reshape(groups, sizes), ordered);
  }
}
