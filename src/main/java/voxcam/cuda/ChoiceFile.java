package voxcam.cuda;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.TreeMap;

/**
 * The file of {@link Choices}: JSON that names the machine, and each problem with its choice. One
 * that is broken, too large, or of another machine counts as none; what it says is checked against
 * what the library offers before it is used.
 */
final class ChoiceFile {
  private static final System.Logger LOG = System.getLogger(ChoiceFile.class.getName());
  private static final JsonFactory JSON = new JsonFactory();
  private static final int FORMAT = 1;
  private static final long LARGEST = 8 << 20;

  private ChoiceFile() {}

  /** The choices of this machine that the file holds. */
  static Map<String, String> read(Path file, Choices.Machine machine) {
    try {
      if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) || Files.size(file) > LARGEST) {
        return Map.of();
      }
      try (JsonParser parser = JSON.createParser(Files.readString(file))) {
        return read(parser, machine);
      }
    } catch (IOException e) {
      LOG.log(System.Logger.Level.DEBUG, "{0} is not used: {1}", file, e.getMessage());
      return Map.of();
    }
  }

  private static Map<String, String> read(JsonParser parser, Choices.Machine machine)
      throws IOException {
    Map<String, String> head = new TreeMap<>();
    Map<String, String> choices = new TreeMap<>();
    require(parser.nextToken() == JsonToken.START_OBJECT);
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      require(name != null);
      if (parser.nextToken() == JsonToken.START_OBJECT) {
        require(name.equals("choices"));
        while (parser.nextToken() != JsonToken.END_OBJECT) {
          String problem = parser.currentName();
          require(problem != null && parser.nextToken() == JsonToken.VALUE_STRING);
          choices.put(problem, parser.getText());
        }
      } else {
        require(parser.currentToken() != null && parser.currentToken().isScalarValue());
        head.put(name, parser.getText());
      }
    }
    return head.equals(head(machine)) ? choices : Map.of();
  }

  private static void require(boolean so) throws IOException {
    if (!so) {
      throw new IOException("not a list of choices");
    }
  }

  private static Map<String, String> head(Choices.Machine machine) {
    return Map.of(
        "format",
        String.valueOf(FORMAT),
        "gpu",
        machine.gpu(),
        "driver",
        String.valueOf(machine.driver()),
        "cudnn",
        String.valueOf(machine.cudnn()),
        "kernels",
        Long.toHexString(machine.kernels()));
  }

  /** Writes what the file holds with these choices added, whole or not at all. */
  static void add(Path file, Choices.Machine machine, Map<String, String> fresh) {
    try {
      Files.createDirectories(file.getParent());
      Map<String, String> all = new TreeMap<>(read(file, machine));
      all.putAll(fresh);
      Path part = Files.createTempFile(file.getParent(), file.getFileName().toString(), ".part");
      try {
        Files.writeString(part, text(machine, all));
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(part);
      }
    } catch (IOException e) {
      LOG.log(System.Logger.Level.DEBUG, "{0} cannot be written: {1}", file, e.getMessage());
    }
  }

  private static String text(Choices.Machine machine, Map<String, String> choices)
      throws IOException {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(text)) {
      json.useDefaultPrettyPrinter();
      json.writeStartObject();
      for (Map.Entry<String, String> one : new TreeMap<>(head(machine)).entrySet()) {
        json.writeStringField(one.getKey(), one.getValue());
      }
      json.writeObjectFieldStart("choices");
      for (Map.Entry<String, String> one : choices.entrySet()) {
        json.writeStringField(one.getKey(), one.getValue());
      }
      json.writeEndObject();
      json.writeEndObject();
    }
    return text.append('\n').toString();
  }
}
