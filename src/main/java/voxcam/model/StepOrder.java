package voxcam.model;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import voxcam.op.InputException;

/**
 * Puts the nodes of a file in an order in which inputs come before users; the file's own order
 * where that is one.
 */
final class StepOrder {
  private StepOrder() {}

  /**
   * Sorts.
   *
   * @param producers which step makes which value
   * @throws InputException if nodes depend on each other in a circle, with their names
   */
  static List<Description.Step> sort(
      String where, List<Description.Step> steps, Map<String, Description.Step> producers) {
    IdentityHashMap<Description.Step, Integer> positions = new IdentityHashMap<>();
    for (Description.Step step : steps) {
      positions.put(step, positions.size());
    }
    int[] waiting = new int[steps.size()];
    Map<Integer, List<Integer>> users = new HashMap<>();
    for (int i = 0; i < waiting.length; i++) {
      for (int source : sources(steps.get(i), producers, positions)) {
        waiting[i]++;
        users.computeIfAbsent(source, unused -> new ArrayList<>()).add(i);
      }
    }
    PriorityQueue<Integer> ready = new PriorityQueue<>();
    for (int i = 0; i < waiting.length; i++) {
      if (waiting[i] == 0) {
        ready.add(i);
      }
    }
    List<Description.Step> sorted = new ArrayList<>();
    while (!ready.isEmpty()) {
      int next = ready.remove();
      sorted.add(steps.get(next));
      for (int user : users.getOrDefault(next, List.of())) {
        if (--waiting[user] == 0) {
          ready.add(user);
        }
      }
    }
    if (sorted.size() < steps.size()) {
      throw new InputException(
          where + ": nodes in a circle: " + circle(steps, producers, positions, waiting));
    }
    return sorted;
  }

  private static Set<Integer> sources(
      Description.Step step,
      Map<String, Description.Step> producers,
      IdentityHashMap<Description.Step, Integer> positions) {
    Set<Integer> sources = new HashSet<>();
    for (String input : step.inputs()) {
      Description.Step producer = producers.get(input);
      if (producer != null) {
        sources.add(positions.get(producer));
      }
    }
    return sources;
  }

  /** Walks from a step that waits to one that it waits for until a step comes back. */
  private static String circle(
      List<Description.Step> steps,
      Map<String, Description.Step> producers,
      IdentityHashMap<Description.Step, Integer> positions,
      int[] waiting) {
    int at = 0;
    while (waiting[at] == 0) {
      at++;
    }
    List<Integer> path = new ArrayList<>();
    Set<Integer> visited = new HashSet<>();
    while (visited.add(at)) {
      path.add(at);
      at =
          sources(steps.get(at), producers, positions).stream()
              .filter(source -> waiting[source] > 0)
              .findFirst()
              .orElseThrow();
    }
    List<Integer> circle = path.subList(path.indexOf(at), path.size());
    return Texts.listed(circle.reversed().stream().map(i -> steps.get(i).name()).toList());
  }
}
