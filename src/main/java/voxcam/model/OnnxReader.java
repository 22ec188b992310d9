package voxcam.model;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import voxcam.op.Dim;
import voxcam.op.InputException;

/**
 * Reads the messages of an ONNX file (onnx/onnx, onnx/onnx.proto, whose field numbers these are).
 * The form is checked, and nothing else; the data of tensors stay in the file.
 */
final class OnnxReader {
  private static final String SCOPES = "pkg.torch.onnx.name_scopes";
  private static final Pattern QUOTED = Pattern.compile("['\"]([^'\"]*)['\"]");

  private OnnxReader() {}

  static OnnxModel read(String where, MemorySegment file) {
    Wire wire = Wire.of(where, file);
    long irVersion = 0;
    Map<String, Long> opsets = new HashMap<>();
    Map<String, String> metadata = new LinkedHashMap<>();
    List<OnnxModel.Function> functions = new ArrayList<>();
    OnnxGraph graph = null;
    while (wire.next()) {
      switch (wire.field()) {
        case 1 -> irVersion = wire.whole();
        case 7 -> graph = graph(wire.message());
        case 8 -> opset(wire.message(), opsets);
        case 14 -> entry(wire.message(), metadata);
        case 25 -> functions.add(function(wire.message()));
        default -> {}
      }
    }
    if (graph == null || irVersion == 0) {
      throw new InputException(where + ": is no ONNX file, it holds no graph");
    }
    return new OnnxModel(irVersion, opsets, metadata, graph, functions);
  }

  /** A tensor in a file of its own, as ONNX's tests have them. */
  static OnnxTensor tensorFile(String where, MemorySegment file) {
    return tensor(Wire.of(where, file));
  }

  private static void opset(Wire wire, Map<String, Long> opsets) {
    String domain = "";
    long version = 0;
    while (wire.next()) {
      switch (wire.field()) {
        case 1 -> domain = wire.text();
        case 2 -> version = wire.whole();
        default -> {}
      }
    }
    opsets.put(domain.equals("ai.onnx") ? "" : domain, version);
  }

  private static void entry(Wire wire, Map<String, String> entries) {
    String key = "";
    String value = "";
    while (wire.next()) {
      switch (wire.field()) {
        case 1 -> key = wire.text();
        case 2 -> value = wire.text();
        default -> {}
      }
    }
    entries.put(key, value);
  }

  private static OnnxGraph graph(Wire wire) {
    List<OnnxNode> nodes = new ArrayList<>();
    List<OnnxTensor> initialisers = new ArrayList<>();
    List<OnnxGraph.Input> inputs = new ArrayList<>();
    List<String> outputs = new ArrayList<>();
    while (wire.next()) {
      switch (wire.field()) {
        case 1 -> nodes.add(node(wire.message()));
        case 5 -> initialisers.add(tensor(wire.message()));
        case 11 -> inputs.add(input(wire.message()));
        case 12 -> outputs.add(input(wire.message()).name());
        case 15 -> throw new InputException(wire.where() + ": sparse tensors are not supported");
        default -> {}
      }
    }
    return new OnnxGraph(nodes, initialisers, inputs, outputs);
  }

  private static OnnxNode node(Wire wire) {
    List<String> inputs = new ArrayList<>();
    List<String> outputs = new ArrayList<>();
    Map<String, OnnxAttribute> attributes = new LinkedHashMap<>();
    String name = "";
    String op = "";
    String domain = "";
    String overload = "";
    String scope = "";
    while (wire.next()) {
      switch (wire.field()) {
        case 1 -> inputs.add(wire.text());
        case 2 -> outputs.add(wire.text());
        case 3 -> name = wire.text();
        case 4 -> op = wire.text();
        case 5 -> attribute(wire.message(), attributes);
        case 7 -> domain = wire.text();
        case 8 -> overload = wire.text();
        case 9 -> scope = scope(wire.message(), scope);
        default -> {}
      }
    }
    String called = overload.isEmpty() ? op : op + ":" + overload;
    return new OnnxNode(name, called, domain, 0, inputs, outputs, attributes, scope);
  }

  /** The module of a node of PyTorch's newer exporter: the last but one of its scopes. */
  private static String scope(Wire wire, String otherwise) {
    String key = "";
    String value = "";
    while (wire.next()) {
      switch (wire.field()) {
        case 1 -> key = wire.text();
        case 2 -> {
          // Stack traces can be long, and come under other keys.
          if (key.equals(SCOPES)) {
            value = wire.text();
          }
        }
        default -> {}
      }
    }
    if (!key.equals(SCOPES)) {
      return otherwise;
    }
    List<String> scopes = new ArrayList<>();
    Matcher matcher = QUOTED.matcher(value);
    while (matcher.find()) {
      scopes.add(matcher.group(1));
    }
    return scopes.size() < 2 ? otherwise : scopes.get(scopes.size() - 2);
  }

  private static void attribute(Wire wire, Map<String, OnnxAttribute> attributes) {
    String name = "";
    long type = 0;
    float real = 0;
    long whole = 0;
    String text = "";
    OnnxAttribute single = new OnnxAttribute.Other();
    float[] reals = new float[0];
    long[] wholes = new long[0];
    List<String> texts = new ArrayList<>();
    String reference = "";
    int filled = 0;
    while (wire.next()) {
      int field = wire.field();
      switch (field) {
        case 1 -> name = wire.text();
        case 2 -> real = wire.real();
        case 3 -> whole = wire.whole();
        case 4 -> text = wire.text();
        case 5 -> single = new OnnxAttribute.Value(tensor(wire.message()));
        case 6 -> single = new OnnxAttribute.Branch(graph(wire.message()));
        case 7 -> reals = wire.reals(reals);
        case 8 -> wholes = wire.wholes(wholes);
        case 9 -> texts.add(wire.text());
        case 20 -> type = wire.whole();
        case 21 -> reference = wire.text();
        default -> {}
      }
      filled = field >= 2 && field <= 9 ? field : filled;
    }
    // Old files may leave the type out: the field that is filled tells it.
    int kind = type > 0 ? (int) Math.min(type, 99) : filled - 1;
    OnnxAttribute value =
        switch (kind) {
          case 1 -> new OnnxAttribute.Real(real);
          case 2 -> new OnnxAttribute.Whole(whole);
          case 3 -> new OnnxAttribute.Text(text);
          case 4, 5 -> single;
          case 6 -> new OnnxAttribute.Reals(reals);
          case 7 -> new OnnxAttribute.Wholes(wholes);
          case 8 -> new OnnxAttribute.Texts(texts);
          default -> new OnnxAttribute.Other();
        };
    attributes.put(name, reference.isEmpty() ? value : new OnnxAttribute.Reference(reference));
  }

  private static OnnxTensor tensor(Wire wire) {
    String name = "";
    long type = 0;
    long[] dims = new long[0];
    List<OnnxTensor.Run> runs = new ArrayList<>();
    Map<String, String> external = new HashMap<>();
    boolean isExternal = false;
    while (wire.next()) {
      switch (wire.field()) {
        case 1 -> dims = wire.wholes(dims);
        case 2 -> type = wire.whole();
        case 4, 10 -> runs.add(new OnnxTensor.Run(OnnxTensor.Form.FIXED, wire.run()));
        case 5, 7, 11 -> runs.add(new OnnxTensor.Run(OnnxTensor.Form.VARINT, wire.run()));
        case 8 -> name = wire.text();
        case 9 -> runs.add(new OnnxTensor.Run(OnnxTensor.Form.RAW, wire.bytes()));
        case 13 -> entry(wire.message(), external);
        case 14 -> isExternal = wire.whole() == 1;
        default -> {}
      }
    }
    return new OnnxTensor(
        name,
        (int) Math.min(Math.max(type, 0), 99),
        dims,
        runs,
        isExternal ? Optional.of(external) : Optional.empty());
  }

  private static OnnxGraph.Input input(Wire wire) {
    String name = "";
    int type = 0;
    Optional<List<Dim>> dims = Optional.empty();
    while (wire.next()) {
      switch (wire.field()) {
        case 1 -> name = wire.text();
        case 2 -> {
          Wire kind = wire.message();
          while (kind.next()) {
            if (kind.field() == 1) {
              Wire tensor = kind.message();
              while (tensor.next()) {
                switch (tensor.field()) {
                  case 1 -> type = (int) Math.min(Math.max(tensor.whole(), 0), 99);
                  case 2 -> dims = Optional.of(dims(tensor.message()));
                  default -> {}
                }
              }
            }
          }
        }
        default -> {}
      }
    }
    return new OnnxGraph.Input(name, type, dims);
  }

  private static List<Dim> dims(Wire wire) {
    List<Dim> dims = new ArrayList<>();
    while (wire.next()) {
      if (wire.field() == 1) {
        Wire dim = wire.message();
        Dim parsed = new Dim.Free("");
        while (dim.next()) {
          switch (dim.field()) {
            case 1 -> parsed = size(dim.where(), dim.whole());
            case 2 -> parsed = new Dim.Free(dim.text());
            default -> {}
          }
        }
        dims.add(parsed);
      }
    }
    return dims;
  }

  /** Some exporters write 0 or -1 for a size that is free. */
  private static Dim size(String where, long size) {
    if (size > Integer.MAX_VALUE) {
      throw new InputException(where + ": an input has an axis of " + size);
    }
    return size < 1 ? new Dim.Free("") : new Dim.Fixed((int) size);
  }

  private static OnnxModel.Function function(Wire wire) {
    String name = "";
    String domain = "";
    String overload = "";
    List<String> inputs = new ArrayList<>();
    List<String> outputs = new ArrayList<>();
    Map<String, OnnxAttribute> defaults = new LinkedHashMap<>();
    List<OnnxNode> nodes = new ArrayList<>();
    Map<String, Long> opsets = new HashMap<>();
    while (wire.next()) {
      switch (wire.field()) {
        case 1 -> name = wire.text();
        case 4 -> inputs.add(wire.text());
        case 5 -> outputs.add(wire.text());
        case 7 -> nodes.add(node(wire.message()));
        case 9 -> opset(wire.message(), opsets);
        case 10 -> domain = wire.text();
        case 11 -> attribute(wire.message(), defaults);
        case 13 -> overload = wire.text();
        default -> {}
      }
    }
    return new OnnxModel.Function(domain, name, overload, inputs, outputs, defaults, nodes, opsets);
  }
}
