package voxcam.volume;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import voxcam.op.InputException;
import voxcam.op.Shape;

/**
 * The header of an NPY array, versions 1 to 3: a Python dictionary literal with the element type,
 * the axis order and the shape. Format: numpy.lib.format.
 */
record NpyHeader(Element element, ByteOrder order, boolean fortran, Shape shape) {
  /** NumPy itself writes a few dozen bytes for plain arrays. */
  private static final int LONGEST = 1 << 16;

  private static final String STRING = "'([^'\\\\]*)'|\"([^\"\\\\]*)\"";
  private static final Pattern ENTRY =
      Pattern.compile(
          "\\s*(?:'(\\w{1,20})'|\"(\\w{1,20})\")\\s*:\\s*("
              + STRING
              + "|True|False|\\([\\d,\\sL]*\\))\\s*(,|(?=\\}))");

  /** Reads everything before the data; {@code name} begins messages. */
  static NpyHeader read(InputStream in, String name) throws IOException {
    byte[] magic = new byte[8];
    Inflow.fill(in, magic, 8, name);
    if (!new String(magic, 0, 6, StandardCharsets.ISO_8859_1).equals("\u0093NUMPY")) {
      throw new InputException(name + ": not an NPY array (wrong first bytes)");
    }
    int version = magic[6];
    if (version < 1 || version > 3) {
      throw new InputException(
          name + ": NPY version " + version + ", known are 1 to 3; save it again with numpy.save");
    }
    byte[] lengthBytes = new byte[version == 1 ? 2 : 4];
    Inflow.fill(in, lengthBytes, lengthBytes.length, name);
    long length = 0;
    for (int i = lengthBytes.length - 1; i >= 0; i--) {
      length = (length << 8) | (lengthBytes[i] & 0xff);
    }
    if (length > LONGEST) {
      throw new InputException(
          name
              + ": NPY header of "
              + length
              + " bytes, at most "
              + LONGEST
              + " are read; the file is damaged");
    }
    byte[] text = new byte[(int) length];
    Inflow.fill(in, text, text.length, name);
    return parse(
        new String(text, version == 3 ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1),
        name);
  }

  private static NpyHeader parse(String text, String name) {
    String body = text.strip();
    if (body.contains("'descr': [") || body.contains("\"descr\": [")) {
      throw new InputException(
          name + ": a structured array, only arrays of plain numbers can be read");
    }
    if (!body.startsWith("{") || !body.endsWith("}")) {
      throw damaged(name, body);
    }
    String type = null;
    Boolean fortran = null;
    Shape shape = null;
    Matcher entry = ENTRY.matcher(body).region(1, body.length());
    int at = 1;
    while (entry.lookingAt()) {
      String key = entry.group(1) == null ? entry.group(2) : entry.group(1);
      String value = entry.group(3);
      if (key.equals("descr") && type == null && value.matches(STRING)) {
        type = value.substring(1, value.length() - 1);
      } else if (key.equals("fortran_order") && fortran == null && value.matches("True|False")) {
        fortran = value.equals("True");
      } else if (key.equals("shape") && shape == null && value.startsWith("(")) {
        shape = shape(value, name);
      } else {
        throw damaged(name, body);
      }
      at = entry.end();
      entry.region(at, body.length());
    }
    if (!body.substring(at).strip().equals("}")
        || type == null
        || fortran == null
        || shape == null) {
      throw damaged(name, body);
    }
    return new NpyHeader(element(type, name), order(type), fortran, shape);
  }

  private static InputException damaged(String name, String body) {
    String shown = body.replaceAll("[^ -~]", ".");
    return new InputException(
        name
            + ": damaged NPY header "
            + (shown.length() > 80 ? shown.substring(0, 80) + "..." : shown));
  }

  private static Shape shape(String tuple, String name) {
    List<Integer> sizes = new ArrayList<>();
    for (String number : tuple.substring(1, tuple.length() - 1).split(",", -1)) {
      String digits = number.strip().replaceFirst("L$", "");
      if (digits.isEmpty()) {
        continue;
      }
      long size = digits.matches("\\d{1,10}") ? Long.parseLong(digits) : 0;
      if (size < 1 || size > Integer.MAX_VALUE) {
        throw new InputException(
            name
                + ": an axis of size "
                + digits.substring(0, Math.min(20, digits.length()))
                + ", sizes are 1 to "
                + Integer.MAX_VALUE);
      }
      sizes.add((int) size);
    }
    int[] shape = sizes.stream().mapToInt(Integer::intValue).toArray();
    if (shape.length > 32) {
      throw new InputException(name + ": " + shape.length + " axes, at most 32 are read");
    }
    Grid.length(name, 1, shape);
    return Shape.of(shape);
  }

  private static Element element(String type, String name) {
    String plain = type.replaceFirst("^[<>=|]", "");
    return switch (plain) {
      case "b1", "?" -> Element.BOOL;
      case "u1", "B" -> Element.UINT8;
      case "i1", "b" -> Element.INT8;
      case "u2" -> Element.UINT16;
      case "i2" -> Element.INT16;
      case "u4" -> Element.UINT32;
      case "i4" -> Element.INT32;
      case "u8" -> Element.UINT64;
      case "i8" -> Element.INT64;
      case "f2" -> Element.FLOAT16;
      case "f4" -> Element.FLOAT32;
      case "f8" -> Element.FLOAT64;
      default ->
          throw new InputException(
              name
                  + ": elements are of type \""
                  + type.replaceAll("[^ -~]", ".")
                  + "\""
                  + (plain.startsWith("c")
                      ? " (complex)"
                      : plain.startsWith("O") ? " (Python objects)" : "")
                  + ", only booleans, integers and floats of 2 to 8 bytes can be read");
    };
  }

  private static ByteOrder order(String type) {
    return type.startsWith(">") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
  }
}
