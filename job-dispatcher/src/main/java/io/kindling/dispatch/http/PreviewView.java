package io.kindling.dispatch.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.kindling.dispatch.queue.CommandRecord;
import io.kindling.dispatch.queue.CommandState;
import org.jspecify.annotations.Nullable;

/**
 * Some of the rows that match; the answer of {@code GET /preview/{id}}.
 *
 * @param id of the query
 * @param state of the command that fetches the rows, or of the count if none were asked for
 * @param dataset that was asked; null until a driver has admitted the query
 * @param where the predicate; null until then
 * @param rows as objects; null until they are there
 * @param cut whether rows that were asked for are left out for their size
 * @param error why it ended without a result; null unless it did
 */
record PreviewView(
    String id,
    CommandState state,
    @Nullable String dataset,
    @Nullable String where,
    @Nullable JsonNode rows,
    boolean cut,
    @Nullable String error) {

  static PreviewView waiting(String id) {
    return new PreviewView(id, CommandState.QUEUED, null, null, null, false, null);
  }

  static PreviewView of(String id, CommandRecord record) {
    JsonNode payload = Json.tree(record.payload());
    JsonNode result = Json.tree(record.result());
    boolean ended = record.state() == CommandState.RESULT_READY;
    return new PreviewView(
        id,
        record.state(),
        payload.path("dataset").textValue(),
        payload.path("where").textValue(),
        ended ? rows(result) : null,
        result.path("cut").asBoolean(false),
        ended ? null : record.error());
  }

  private static JsonNode rows(JsonNode result) {
    JsonNode rows = result.path("rows");
    return rows.isArray() ? rows : JsonNodeFactory.instance.arrayNode();
  }
}
