package io.kindling.dispatch.predicate;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.apache.spark.sql.types.DataType;
import org.jspecify.annotations.Nullable;

/**
 * A node of what Spark's parser makes of a text, without a type of Spark's parser in it.
 *
 * @param kind the simple name of Spark's class; empty if it has none
 * @param start index of its first char in the text
 * @param end index after its last char
 * @param parts the node's own fields in order, each a SyntaxNode, a List of such fields, a String,
 *     Boolean, Character or Number, a {@link DataType}, null, or an {@link Other}. A Literal has
 *     two: its value, as {@link Expression.Literal} holds it, or an Other, and its type
 */
record SyntaxNode(String kind, int start, int end, List<@Nullable Object> parts) {
  SyntaxNode {
    parts = Collections.unmodifiableList(new ArrayList<>(parts));
  }

  /** A field that is none of the above. */
  record Other(String text) {}

  @Nullable Object part(int index) {
    return index < parts.size() ? parts.get(index) : null;
  }

  SyntaxNode node(int index) {
    return (SyntaxNode) Objects.requireNonNull(part(index), kind);
  }

  List<?> list(int index) {
    return (List<?>) Objects.requireNonNull(part(index), kind);
  }

  /** Where an expression begins, from 1: some nodes of the parser begin at their operator. */
  int position() {
    int first = start;
    Object part = part(0);
    while (part instanceof SyntaxNode child) {
      first = Math.min(first, child.start);
      part = child.part(0);
    }
    return first + 1;
  }
}
