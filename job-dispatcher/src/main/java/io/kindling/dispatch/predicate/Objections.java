package io.kindling.dispatch.predicate;

import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Refuses parts of one text, with the token and the position.
 *
 * @param text what is refused
 * @param tokens all of it
 */
record Objections(String text, List<Token> tokens) {
  /** What of the text a refusal is about: a whole name, else the token at which it begins. */
  String part(SyntaxNode node) {
    boolean whole =
        node.kind().equals("Literal")
            || (node.kind().startsWith("Unresolved") && !node.kind().equals("UnresolvedFunction"));
    if (whole && node.end() > node.start()) {
      return text.substring(node.start(), node.end());
    }
    for (Token token : tokens) {
      if (node.start() < token.end()) {
        return text.substring(token.start(), token.end());
      }
    }
    return "";
  }

  String shown(SyntaxNode node) {
    return PredicateRefusedException.shown(part(node));
  }

  @FormatMethod
  PredicateRefusedException to(
      SyntaxNode node, @FormatString String reason, @Nullable Object... args) {
    return PredicateRefusedException.at(part(node), node.start() + 1, reason, args);
  }

  /** Refuses a kind of node that is not on the list. */
  PredicateRefusedException notAllowed(SyntaxNode node) {
    if (node.kind().equals("Alias") && node.part(0) instanceof SyntaxNode named) {
      return unexpected(named);
    }
    String what =
        switch (node.kind()) {
          case "Exists", "ScalarSubquery", "InSubquery", "ListQuery" -> "a subquery";
          case "UnresolvedStar", "UnresolvedRegex" -> "a star";
          case "WindowExpression" -> "a window function";
          case "NamedParameter", "PosParameter" -> "a parameter";
          case "RLike", "RegExpReplace" -> "a regular expression (LIKE is)";
          case "CreateNamedStruct" -> "a struct or a list of columns";
          case "SemiStructuredExtract" -> "a path with a colon";
          case "LambdaFunction" -> "a lambda anywhere but in exists and forall";
          case "TimestampAdd", "TimestampDiff" ->
              "a function with a unit (date_add, date_sub and datediff are)";
          case "CurrentDate", "CurrentTimestamp", "CurrentUser", "LocalTimestamp", "CurrentTime" ->
              "the current time or user";
          case "Collate" -> "a collation";
          case "" -> "IS UNKNOWN (IS NULL is)";
          default -> "what Spark calls " + node.kind();
        };
    return to(node, "%s is not allowed, it stands at position %d", what, node.start() + 1);
  }

  /** The parser takes any word after an expression for its name, as in {@code a = 1 b = 2}. */
  private PredicateRefusedException unexpected(SyntaxNode named) {
    for (Token token : tokens) {
      if (token.start() >= named.end()) {
        String part = text.substring(token.start(), token.end());
        int position = token.start() + 1;
        return PredicateRefusedException.at(
            part,
            position,
            "%s at position %d is not expected there",
            PredicateRefusedException.shown(part),
            position);
      }
    }
    return notAllowed(named);
  }
}
