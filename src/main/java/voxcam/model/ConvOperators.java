package voxcam.model;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import voxcam.graph.Node;
import voxcam.model.Operators.Reader;
import voxcam.model.Operators.Written;
import voxcam.op.Conv;
import voxcam.op.Window;

/** Convolution and transposed convolution. */
final class ConvOperators {
  private ConvOperators() {}

  static void fill(Map<String, Reader> readers) {
    readers.put(
        "Conv",
        Operators.plain(
            2,
            3,
            call ->
                new Conv.Forward(
                    Windows.ofWeight(call, null), call.attributes().whole("group", 1))));
    readers.put("ConvTranspose", ConvOperators::transposed);
  }

  private static List<Node> transposed(Call call) {
    List<Node> inputs = call.inputs(2, 3);
    List<Integer> given =
        call.attributes()
            .wholes("output_padding")
            .map(values -> call.exact("output_padding", values))
            .orElse(List.of());
    if (call.attributes().has("output_shape")) {
      List<Integer> padding = new ArrayList<>(given);
      int rank = Math.max(0, inputs.get(1).shape().rank() - 2);
      while (padding.size() < rank) {
        padding.add(0);
      }
      Window reaching = Windows.ofOutput(call, padding);
      return call.result(
          new Conv.Transposed(reaching, call.attributes().whole("group", 1), padding), inputs);
    }
    Window window = Windows.ofWeight(call, given);
    List<Integer> outputPadding = Windows.list(call, "output_padding", window.rank(), 0);
    return call.result(
        new Conv.Transposed(window, call.attributes().whole("group", 1), outputPadding), inputs);
  }

  static Written write(Conv op) {
    Map<String, Object> attributes = Operators.attributes();
    return switch (op) {
      case Conv.Forward(Window window, int groups) -> {
        Windows.write(window, attributes);
        Operators.unless(1, attributes, "group", groups);
        yield new Written("Conv", attributes);
      }
      case Conv.Transposed(Window window, int groups, List<Integer> outputPadding) -> {
        Windows.write(window, attributes);
        Operators.unless(1, attributes, "group", groups);
        Operators.unless(
            Collections.nCopies(window.rank(), 0), attributes, "output_padding", outputPadding);
        yield new Written("ConvTranspose", attributes);
      }
      case Conv.Fused fused -> throw Operators.refused(fused);
      case Conv.InputGrad grad -> throw Operators.refused(grad);
      case Conv.WeightGrad grad -> throw Operators.refused(grad);
    };
  }
}
