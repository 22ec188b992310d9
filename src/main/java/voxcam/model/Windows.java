package voxcam.model;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import voxcam.graph.Node;
import voxcam.op.Window;

/**
 * The window attributes that convolution and pooling share: kernel_shape, strides, pads, dilations,
 * auto_pad.
 */
final class Windows {
  private static final Set<String> AUTO = Set.of("NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER");

  private Windows() {}

  /**
   * The window of a convolution, whose kernel is the weight's where the file does not repeat it.
   */
  static Window ofWeight(Call call, List<Integer> outputPadding) {
    Node weight = call.input(1);
    if (!call.attributes().has("kernel_shape") && !weight.isShaped()) {
      throw call.refused("the weight is computed, give kernel_shape");
    }
    if (weight.isShaped() && weight.shape().rank() < 3) {
      throw call.refused(
          "the weight is " + weight.shape() + ", expected [K,C,...] with 1 to 3 spatial axes");
    }
    List<Integer> kernel = new ArrayList<>();
    if (call.attributes().has("kernel_shape")) {
      kernel.addAll(kernel(call));
    } else {
      for (int i = 2; i < weight.shape().rank(); i++) {
        kernel.add(weight.shape().dim(i));
      }
    }
    return read(call, kernel, outputPadding);
  }

  /**
   * The window of a transposed convolution that says how large its output is.
   *
   * @param outputPadding one for each axis; grows where the output is beyond what the input reaches
   */
  static Window ofOutput(Call call, List<Integer> outputPadding) {
    if (!call.input(0).isShaped() || !call.input(1).isShaped()) {
      throw call.refused("output_shape depends on free sizes; give pads and output_padding");
    }
    int rank = call.input(1).shape().rank() - 2;
    List<Integer> wanted = list(call, "output_shape", rank, 0);
    boolean upper = call.attributes().text("auto_pad", "NOTSET").equals("SAME_UPPER");
    // With an output's shape given, pads are ignored.
    call.attributes().harmless("pads", "kernel_shape");
    if (call.input(0).shape().rank() != rank + 2) {
      throw call.refused("the input " + call.input(0).shape() + " does not suit the weight");
    }
    List<Integer> strides = list(call, "strides", rank, 1);
    List<Integer> dilations = list(call, "dilations", rank, 1);
    List<Window.Axis> axes = new ArrayList<>();
    for (int i = 0; i < rank; i++) {
      int kernel = call.input(1).shape().dim(i + 2);
      Window.Axis bare = new Window.Axis(kernel, strides.get(i), 0, 0, dilations.get(i));
      long whole =
          (call.input(0).shape().dim(i + 2) - 1L) * bare.stride()
              + bare.extent()
              + value(outputPadding, i);
      long total = whole - wanted.get(i);
      if (total < 0) {
        // Nothing reaches those positions but the bias.
        outputPadding.set(i, call.exact("output_shape", value(outputPadding, i) - total));
        total = 0;
      }
      int half = Math.toIntExact(total / 2);
      int rest = Math.toIntExact(total - half);
      axes.add(
          new Window.Axis(
              kernel, bare.stride(), upper ? half : rest, upper ? rest : half, bare.dilation()));
    }
    return new Window(axes);
  }

  /** The window of a pooling. */
  static Window ofAttributes(Call call) {
    return read(call, kernel(call), null);
  }

  private static List<Integer> kernel(Call call) {
    return call.exact(
        "kernel_shape",
        call.attributes()
            .wholes("kernel_shape")
            .orElseThrow(() -> call.refused("the attribute kernel_shape is missing")));
  }

  /** {@code outputPadding} is null unless the convolution is transposed. */
  private static Window read(Call call, List<Integer> kernel, List<Integer> outputPadding) {
    int rank = kernel.size();
    List<Integer> strides = list(call, "strides", rank, 1);
    List<Integer> dilations = list(call, "dilations", rank, 1);
    List<Integer> pads = list(call, "pads", 2 * rank, 0);
    String auto = call.attributes().text("auto_pad", "NOTSET");
    if (!AUTO.contains(auto)) {
      throw call.refused(
          "auto_pad is "
              + Texts.quoted(auto)
              + ", known are NOTSET, VALID, SAME_UPPER, SAME_LOWER");
    }
    if (!auto.equals("NOTSET") && pads.stream().anyMatch(pad -> pad != 0)) {
      throw call.refused("has both auto_pad and pads");
    }
    List<Window.Axis> axes = new ArrayList<>();
    for (int i = 0; i < rank; i++) {
      int begin = pads.get(i);
      int end = pads.get(i + rank);
      Window.Axis bare = new Window.Axis(kernel.get(i), strides.get(i), 0, 0, dilations.get(i));
      if (auto.startsWith("SAME")) {
        int total =
            outputPadding == null
                ? same(call, bare, i)
                : bare.extent() + value(outputPadding, i) - bare.stride();
        if (total < 0) {
          throw call.refused(
              "auto_pad " + auto + " would need negative padding on spatial axis " + i);
        }
        begin = auto.equals("SAME_UPPER") ? total / 2 : total - total / 2;
        end = total - begin;
      }
      axes.add(new Window.Axis(bare.kernel(), bare.stride(), begin, end, bare.dilation()));
    }
    return new Window(axes);
  }

  private static int value(List<Integer> list, int index) {
    return index < list.size() ? list.get(index) : 0;
  }

  /** The padding with which the output has size ceil(input / stride). */
  private static int same(Call call, Window.Axis axis, int index) {
    if (axis.stride() == 1) {
      return axis.extent() - 1;
    }
    Node x = call.input(0);
    if (!x.isShaped()) {
      throw call.refused(
          "auto_pad SAME with stride "
              + axis.stride()
              + " depends on free sizes; give pads, or fixed sizes to the graph's inputs");
    }
    if (index + 2 >= x.shape().rank()) {
      throw call.refused("the input " + x.shape() + " has too few axes for the kernel");
    }
    long size = x.shape().dim(index + 2);
    long output = Math.ceilDiv(size, axis.stride());
    return Math.toIntExact(Math.max(0, (output - 1) * axis.stride() + axis.extent() - size));
  }

  /** A list with one value per axis, or per axis and side. */
  static List<Integer> list(Call call, String name, int length, int standard) {
    List<Integer> list =
        call.attributes()
            .wholes(name)
            .map(values -> call.exact(name, values))
            .orElseGet(() -> Collections.nCopies(length, standard));
    if (list.size() != length) {
      throw call.refused(
          "the attribute " + name + " has " + list.size() + " values, expected " + length);
    }
    return list;
  }

  static void write(Window window, Map<String, Object> attributes) {
    List<Window.Axis> axes = window.axes();
    List<Integer> pads = new ArrayList<>(axes.stream().map(Window.Axis::padBegin).toList());
    pads.addAll(axes.stream().map(Window.Axis::padEnd).toList());
    attributes.put("kernel_shape", axes.stream().map(Window.Axis::kernel).toList());
    attributes.put("strides", axes.stream().map(Window.Axis::stride).toList());
    attributes.put("pads", pads);
    Operators.unless(
        Collections.nCopies(axes.size(), 1),
        attributes,
        "dilations",
        axes.stream().map(Window.Axis::dilation).toList());
  }
}
