package voxcam.house;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which package may use which. Groups come in order: a package uses its own group and earlier ones,
 * and within a group no two packages use each other in a circle. Names written out in the code
 * count as imports do.
 */
final class Imports {
  private static final List<Set<String>> GROUPS =
      List.of(
          Set.of("op", "graph", "grad", "compile", "backend"),
          Set.of("model", "nets", "train"),
          Set.of("explain", "metrics"),
          Set.of("volume"),
          Set.of("report"),
          Set.of("demo"),
          Set.of("check"),
          Set.of("cli"));

  /** Found by ServiceLoader: they hang off the first group, and nobody uses them. */
  private static final Set<String> BACKENDS = Set.of("reference", "cpu", "cuda");

  private static final Set<String> USED_BY_BACKENDS = Set.of("op", "graph", "compile", "backend");

  /** Libraries and parts of the JDK that one package alone may use. */
  private static final Map<String, String> RESERVED =
      new TreeMap<>(Map.of("jcuda", "cuda", "jdk.incubator.vector", "cpu", "picocli", "cli"));

  private static final List<String> ALLOWED =
      List.of(
          "voxcam",
          "java",
          "javax",
          "jdk.incubator.vector",
          "com.fasterxml.jackson.core",
          "picocli",
          "jcuda");

  private static final Map<String, String> FORBIDDEN =
      new TreeMap<>(
          Map.of(
              "java.net", "nothing here talks to a network",
              "javax.net", "nothing here talks to a network",
              "java.rmi", "nothing here talks to a network",
              "java.nio.channels.SocketChannel", "nothing here talks to a network",
              "java.nio.channels.ServerSocketChannel", "nothing here talks to a network",
              "java.nio.channels.DatagramChannel", "nothing here talks to a network",
              "java.nio.channels.AsynchronousSocketChannel", "nothing here talks to a network",
              "java.lang.reflect", "no reflection",
              "java.util.logging", "use System.Logger"));

  private static final Pattern PACKAGE = Pattern.compile("\\bpackage\\s+([\\w.]+)\\s*;");
  private static final Pattern IMPORT =
      Pattern.compile("\\bimport\\s+(?:static\\s+|module\\s+)?([\\w.]+(?:\\s*\\.\\s*\\*)?)\\s*;");
  private static final Pattern QUALIFIED =
      Pattern.compile("(?<![\\w.])(?:voxcam|java|javax|jdk|jcuda|picocli)(?:\\.\\w+)+");

  private final List<String> violations = new ArrayList<>();
  private final Map<String, Set<String>> uses = new TreeMap<>();

  private Imports() {}

  /** One line per rule that these files break; none if the house is in order. */
  static List<String> violations(List<Source> sources) {
    Imports imports = new Imports();
    sources.forEach(imports::read);
    imports.findCircles();
    return List.copyOf(imports.violations);
  }

  private void read(Source source) {
    String code = source.code();
    Matcher declared = PACKAGE.matcher(code);
    if (!declared.find()) {
      violations.add(source.path() + ": has no package");
      return;
    }
    String from = room(declared.group(1));
    if (group(from) < 0 && !BACKENDS.contains(from)) {
      violations.add(
          source.path()
              + ": package "
              + declared.group(1)
              + " has no place in the order of packages");
      return;
    }
    Set<String> names = new TreeSet<>();
    Matcher imported = IMPORT.matcher(code);
    while (imported.find()) {
      String name = imported.group(1).replaceAll("\\s", "");
      names.add(name);
      if (name.endsWith("*")) {
        violations.add(source.path() + ": imports " + name + ", name what is used");
      }
      if (ALLOWED.stream().noneMatch(prefix -> within(name, prefix))) {
        violations.add(source.path() + ": imports " + name + ", a library the engine does not use");
      }
    }
    Matcher qualified = QUALIFIED.matcher(code);
    while (qualified.find()) {
      names.add(qualified.group());
    }
    names.forEach(name -> check(source, from, name));
  }

  private void check(Source source, String from, String name) {
    FORBIDDEN.forEach((prefix, why) -> {
      if (within(name, prefix)) {
        violations.add(source.path() + ": uses " + name + ", but " + why);
      }
    });
    RESERVED.forEach((prefix, owner) -> {
      if (within(name, prefix) && !from.equals(owner)) {
        violations.add(source.path() + ": uses " + name + ", which only voxcam." + owner + " may");
      }
    });
    String to = room(name);
    if (!within(name, "voxcam") || to.equals(from)) {
      return;
    }
    if (BACKENDS.contains(to)) {
      violations.add(
          source.path() + ": uses " + name + ", but backends are found by ServiceLoader");
    } else if (BACKENDS.contains(from) ? !USED_BY_BACKENDS.contains(to) : group(to) > group(from)) {
      violations.add(
          source.path() + ": voxcam." + from + " may not use voxcam." + to + " (" + name + ")");
    } else {
      uses.computeIfAbsent(from, room -> new TreeSet<>()).add(to);
    }
  }

  private void findCircles() {
    for (String start : uses.keySet()) {
      for (String next : uses.get(start)) {
        // Told once per pair, from the name that comes first.
        if (start.compareTo(next) < 0 && reaches(next, start)) {
          violations.add("voxcam." + start + " and voxcam." + next + " use each other in a circle");
        }
      }
    }
  }

  private boolean reaches(String from, String to) {
    Set<String> seen = new HashSet<>();
    List<String> open = new ArrayList<>(List.of(from));
    while (!open.isEmpty()) {
      String room = open.removeLast();
      if (room.equals(to)) {
        return true;
      }
      if (seen.add(room)) {
        open.addAll(uses.getOrDefault(room, Set.of()));
      }
    }
    return false;
  }

  /** The second part of a name: {@code op} of {@code voxcam.op.Shape}. */
  private static String room(String name) {
    String[] parts = name.split("\\.", -1);
    return parts.length > 1 ? parts[1] : "";
  }

  private static int group(String room) {
    for (int i = 0; i < GROUPS.size(); i++) {
      if (GROUPS.get(i).contains(room)) {
        return i;
      }
    }
    return -1;
  }

  private static boolean within(String name, String prefix) {
    return name.equals(prefix) || name.startsWith(prefix + ".");
  }
}
