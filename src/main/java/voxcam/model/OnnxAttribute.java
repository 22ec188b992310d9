package voxcam.model;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The value of an attribute of an ONNX node, an {@code AttributeProto}. */
sealed interface OnnxAttribute {
  /** A number. */
  record Real(float value) implements OnnxAttribute {}

  /** A whole number. */
  record Whole(long value) implements OnnxAttribute {}

  /** A string. */
  record Text(String value) implements OnnxAttribute {}

  /** Numbers. */
  record Reals(float[] values) implements OnnxAttribute {}

  /** Whole numbers. */
  record Wholes(long[] values) implements OnnxAttribute {}

  /** Strings. */
  record Texts(List<String> values) implements OnnxAttribute {}

  /** A tensor. */
  record Value(OnnxTensor tensor) implements OnnxAttribute {}

  /** A graph, as the branches of {@code If} are. */
  record Branch(OnnxGraph graph) implements OnnxAttribute {}

  /** In a function: the attribute of this name of the node that calls it. */
  record Reference(String name) implements OnnxAttribute {}

  /** Any other: sparse tensors, lists of tensors or graphs, types. */
  record Other() implements OnnxAttribute {}

  /** The value as a model file writes it, unless it is none of numbers and texts. */
  default Optional<Json> json() {
    return switch (this) {
      case Real(float value) when Float.isFinite(value) -> Optional.of(new Json.Real(value));
      case Whole(long value) -> Optional.of(new Json.Whole(value));
      case Text(String value) -> Optional.of(new Json.Text(value));
      case Reals(float[] values) -> {
        Json[] items = new Json[values.length];
        for (int i = 0; i < values.length; i++) {
          if (!Float.isFinite(values[i])) {
            yield Optional.empty();
          }
          items[i] = new Json.Real(values[i]);
        }
        yield Optional.of(new Json.Arr(Arrays.asList(items)));
      }
      case Wholes(long[] values) ->
          Optional.of(
              new Json.Arr(
                  Arrays.stream(values).mapToObj(value -> (Json) new Json.Whole(value)).toList()));
      case Texts(List<String> values) ->
          Optional.of(
              new Json.Arr(values.stream().map(value -> (Json) new Json.Text(value)).toList()));
      case Real _, Value _, Branch _, Reference _, Other _ -> Optional.empty();
    };
  }
}
