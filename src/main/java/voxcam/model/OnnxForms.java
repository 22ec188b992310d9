package voxcam.model;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import voxcam.op.InputException;

/**
 * Older and newer forms of ONNX's operators as those of opset 17. Most need nothing: the readers
 * take a parameter as an input or as an attribute, whatever the opset.
 */
final class OnnxForms {
  private static final Map<String, UnaryOperator<OnnxNode>> FORMS = forms();

  /** Attributes that change nothing here: how precisely ONNX would compute, and what is cached. */
  private static final Map<String, Set<String>> DROPPED =
      Map.of(
          "Cast", Set.of("saturate", "round_mode"),
          "BatchNormalization", Set.of("spatial", "is_test"),
          "Dropout", Set.of("is_test"),
          "AveragePool", Set.of("storage_order"));

  private OnnxForms() {}

  private static Map<String, UnaryOperator<OnnxNode>> forms() {
    Map<String, UnaryOperator<OnnxNode>> forms = new HashMap<>();
    forms.put("Softmax", OnnxForms::flattening);
    forms.put("LogSoftmax", OnnxForms::flattening);
    forms.put("Hardmax", OnnxForms::flattening);
    forms.put("Upsample", OnnxForms::upsample);
    forms.put("Resize", OnnxForms::resize);
    forms.put("GroupNormalization", OnnxForms::groups);
    forms.put("BatchNormalization", OnnxForms::batch);
    return Map.copyOf(forms);
  }

  /** The step that a node means. */
  static Description.Step step(OnnxNode node, String name) {
    OnnxNode modern = FORMS.getOrDefault(node.op(), given -> given).apply(node);
    Set<String> dropped = DROPPED.getOrDefault(node.op(), Set.of());
    Map<String, Json> attributes = new LinkedHashMap<>();
    modern
        .attributes()
        .forEach((attribute, value) -> {
          if (!dropped.contains(attribute)) {
            attributes.put(
                attribute,
                value
                    .json()
                    .orElseThrow(() ->
                        new InputException(
                            "the attribute "
                                + Texts.line(attribute)
                                + " is neither numbers nor a text")));
          }
        });
    return new Description.Step(name, modern.op(), modern.inputs(), modern.outputs(), attributes);
  }

  /** Before opset 13 all axes from {@code axis} on were one. */
  private static OnnxNode flattening(OnnxNode node) {
    return node.opset() >= 13
        ? node
        : node.with(node.op() + "-1", node.inputs(), node.attributes());
  }

  private static OnnxNode upsample(OnnxNode node) {
    Map<String, OnnxAttribute> attributes = new LinkedHashMap<>(node.attributes());
    if (node.text("mode", "nearest").equals("bilinear")) {
      attributes.put("mode", new OnnxAttribute.Text("linear"));
    }
    return asymmetric(node, attributes);
  }

  private static OnnxNode resize(OnnxNode node) {
    return node.opset() >= 11 ? node : asymmetric(node, new LinkedHashMap<>(node.attributes()));
  }

  private static OnnxNode asymmetric(OnnxNode node, Map<String, OnnxAttribute> attributes) {
    attributes.put("coordinate_transformation_mode", new OnnxAttribute.Text("asymmetric"));
    attributes.put("nearest_mode", new OnnxAttribute.Text("floor"));
    List<String> inputs =
        node.has(1) ? List.of(node.inputs().get(0), "", node.inputs().get(1)) : node.inputs();
    return node.with("Resize", inputs, attributes);
  }

  /** Opset 18 had one scale and bias for each group. */
  private static OnnxNode groups(OnnxNode node) {
    return node.opset() >= 21
        ? node
        : node.with("GroupNormalization-18", node.inputs(), node.attributes());
  }

  private static OnnxNode batch(OnnxNode node) {
    if (node.whole("spatial", 1) != 1) {
      throw new InputException("spatial is 0, only statistics per channel are supported");
    }
    return node;
  }
}
