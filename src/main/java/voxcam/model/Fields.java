package voxcam.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import voxcam.op.InputException;

/**
 * The members of a JSON object read by name, with messages that say where something is missing or
 * of another kind.
 */
record Fields(String where, Map<String, Json> members) {
  static Fields of(String where, Json value) {
    if (value instanceof Json.Obj(var members)) {
      return new Fields(where, members);
    }
    throw new InputException(where + ": is " + value.kind() + ", expected an object");
  }

  Json.Obj json() {
    return new Json.Obj(members);
  }

  Set<String> names() {
    return members.keySet();
  }

  boolean has(String name) {
    return members.containsKey(name);
  }

  /** Refuses members of any other name: what is not understood may change the meaning. */
  void onlyKnows(String... known) {
    List<String> all = List.of(known);
    for (String name : members.keySet()) {
      if (!all.contains(name)) {
        throw new InputException(
            where
                + ": "
                + Texts.quoted(name)
                + " is not known here, known are "
                + String.join(", ", known));
      }
    }
  }

  Fields object(String name) {
    return of(where + ": " + Texts.line(name), value(name));
  }

  String text(String name) {
    if (value(name) instanceof Json.Text(var text)) {
      return text;
    }
    throw wrong(name, "a text");
  }

  List<Json> list(String name) {
    if (value(name) instanceof Json.Arr(var items)) {
      return items;
    }
    throw wrong(name, "a list");
  }

  List<String> texts(String name) {
    List<String> texts = new ArrayList<>();
    for (Json item : list(name)) {
      if (!(item instanceof Json.Text(var text))) {
        throw wrong(name, "a list of texts");
      }
      texts.add(text);
    }
    return texts;
  }

  List<Long> wholes(String name) {
    List<Long> wholes = new ArrayList<>();
    for (Json item : list(name)) {
      if (!(item instanceof Json.Whole(var whole))) {
        throw wrong(name, "a list of whole numbers");
      }
      wholes.add(whole);
    }
    return wholes;
  }

  private Json value(String name) {
    Json value = members.get(name);
    if (value == null) {
      throw new InputException(where + ": " + Texts.quoted(name) + " is missing");
    }
    return value;
  }

  private InputException wrong(String name, String expected) {
    return new InputException(
        where + ": " + Texts.line(name) + " is " + value(name).kind() + ", expected " + expected);
  }
}
