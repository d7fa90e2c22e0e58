package io.kindling.dispatch.queue;

import io.kindling.core.NearestName;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which parameters a kind of command has, so that others are refused before they are queued.
 *
 * <pre>{@code
 * CommandShape.of("preview").require("where", Kind.TEXT).allow("rows", Kind.NUMBER);
 * }</pre>
 *
 * @param name of the kind
 * @param parameters their names and types
 * @param required names of those that must be there
 */
public record CommandShape(String name, Map<String, Kind> parameters, Set<String> required) {
  static final Set<String> RESERVED = Set.of("id", "command", "key", "timeoutMillis");

  /** The type of a parameter. */
  public enum Kind {
    /** A string. */
    TEXT("a string"),
    /** A number. */
    NUMBER("a number"),
    /** {@code true} or {@code false}. */
    FLAG("true or false"),
    /** An array. */
    LIST("an array"),
    /** An object. */
    OBJECT("an object");

    private final String shown;

    Kind(String shown) {
      this.shown = shown;
    }
  }

  public CommandShape {
    Names.checkWord("command", name);
    parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
    required = Collections.unmodifiableSet(new LinkedHashSet<>(required));
    for (String parameter : parameters.keySet()) {
      if (RESERVED.contains(parameter)) {
        throw new IllegalArgumentException(
            "Cannot name a parameter of '" + name + "' '" + parameter + "': the queue reads it");
      }
    }
    if (!parameters.keySet().containsAll(required)) {
      throw new IllegalArgumentException(
          "Cannot require parameters " + required + " of '" + name + "': it has " + parameters);
    }
  }

  /** A kind of command without parameters. */
  public static CommandShape of(String name) {
    return new CommandShape(name, Map.of(), Set.of());
  }

  /** This with a parameter that must be there. */
  public CommandShape require(String parameter, Kind kind) {
    var names = new LinkedHashSet<>(required);
    names.add(parameter);
    return new CommandShape(name, with(parameter, kind), names);
  }

  /** This with a parameter that may be left out, or be null. */
  public CommandShape allow(String parameter, Kind kind) {
    return new CommandShape(name, with(parameter, kind), required);
  }

  private Map<String, Kind> with(String parameter, Kind kind) {
    var all = new LinkedHashMap<>(parameters);
    all.put(parameter, kind);
    return all;
  }

  /** What is wrong with a payload of this kind; null if nothing. */
  @Nullable String objection(Map<String, @Nullable Object> payload) {
    for (Map.Entry<String, @Nullable Object> field : payload.entrySet()) {
      String parameter = field.getKey();
      Kind kind = parameters.get(parameter);
      if (RESERVED.contains(parameter)) {
        continue;
      }
      if (kind == null) {
        String hint =
            parameters.isEmpty()
                ? "it has none"
                : "the nearest is '" + NearestName.to(parameter, parameters.keySet()) + "'";
        return "'" + name + "' has no parameter '" + Names.shown(parameter) + "'; " + hint;
      }
      Object value = field.getValue();
      boolean left = value == null && !required.contains(parameter);
      if (!left && !Json.kind(value).equals(kind.shown)) {
        return "'" + parameter + "' is " + Json.kind(value) + ": allowed is " + kind.shown;
      }
    }
    for (String needed : required) {
      if (!payload.containsKey(needed)) {
        return "'" + name + "' needs the parameter '" + needed + "'";
      }
    }
    return null;
  }
}
