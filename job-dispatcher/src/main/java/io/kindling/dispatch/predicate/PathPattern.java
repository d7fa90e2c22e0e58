package io.kindling.dispatch.predicate;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A pattern of names with dots between them.
 *
 * @param text as it was written
 * @param names one for each level
 */
record PathPattern(String text, List<Pattern> names) {
  PathPattern {
    names = List.copyOf(names);
  }

  static PathPattern parse(String text) {
    var names = new ArrayList<Pattern>();
    var name = new StringBuilder();
    boolean quoted = false;
    boolean empty = true;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '`' && quoted && text.startsWith("``", i)) {
        name.append(Pattern.quote("`"));
        i++;
      } else if (c == '`') {
        quoted = !quoted;
      } else if (c == '.' && !quoted) {
        names.add(compile(text, name, empty));
        name.setLength(0);
        empty = true;
        continue;
      } else {
        name.append(c == '*' && !quoted ? ".*" : Pattern.quote(String.valueOf(c)));
      }
      empty = empty && name.length() == 0;
    }
    if (quoted) {
      throw new IllegalArgumentException(
          "Cannot read the column pattern '%s': a back-quote is not closed".formatted(text));
    }
    names.add(compile(text, name, empty));
    return new PathPattern(text, names);
  }

  private static Pattern compile(String text, StringBuilder name, boolean empty) {
    if (empty) {
      throw new IllegalArgumentException(
          "Cannot read the column pattern '%s': a name in it is empty".formatted(text));
    }
    return Pattern.compile(
        name.toString(), Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE | Pattern.DOTALL);
  }

  boolean matches(List<String> path) {
    if (path.size() != names.size()) {
      return false;
    }
    for (int i = 0; i < path.size(); i++) {
      if (!names.get(i).matcher(path.get(i)).matches()) {
        return false;
      }
    }
    return true;
  }
}
