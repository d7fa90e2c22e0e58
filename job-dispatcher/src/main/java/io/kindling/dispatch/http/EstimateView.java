package io.kindling.dispatch.http;

import com.fasterxml.jackson.databind.JsonNode;
import io.kindling.dispatch.queue.CommandRecord;
import io.kindling.dispatch.queue.CommandState;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How many rows match, as far as it is known; the answer of {@code GET /estimate/{id}}. Numbers are
 * null until the driver has told some.
 *
 * @param estimatedSize rows that match, most likely
 * @param numRowsToRead of the dataset, or of its sample
 * @param rowsReadSoFar of them
 * @param rowsMatchedSoFar of those
 * @param totalRows of the whole dataset
 * @param standardError of the estimate, in rows
 * @param confidenceInterval two numbers, which hold the truth with a probability of 95 %
 * @param state of the command
 * @param error why it ended without a result; null unless it did
 */
record EstimateView(
    @Nullable Long estimatedSize,
    @Nullable Long numRowsToRead,
    @Nullable Long rowsReadSoFar,
    @Nullable Long rowsMatchedSoFar,
    @Nullable Long totalRows,
    @Nullable Double standardError,
    @Nullable List<Long> confidenceInterval,
    CommandState state,
    @Nullable String error) {

  /** Of a command that no driver has admitted yet. */
  static EstimateView waiting() {
    return new EstimateView(null, null, null, null, null, null, null, CommandState.QUEUED, null);
  }

  static EstimateView of(CommandRecord record) {
    JsonNode result = Json.tree(record.result());
    JsonNode progress = Json.tree(record.progress());
    if (result.path("exact").asBoolean(false)) {
      return exact(result, record);
    }
    JsonNode interval = progress.path("confidenceInterval");
    Long low = longOf(result, "low", interval.path(0));
    Long high = longOf(result, "high", interval.path(1));
    Long rows = longOf(result, "rows", progress.path("numRowsToRead"));
    boolean ended = record.state() == CommandState.RESULT_READY;
    return new EstimateView(
        longOf(result, "count", progress.path("estimatedSize")),
        rows,
        ended ? rows : longOf(progress, "rowsReadSoFar", interval.path(2)),
        longOf(result, "matched", progress.path("rowsMatchedSoFar")),
        longOf(result, "totalRows", progress.path("totalRows")),
        doubleOf(result, "standardError", progress.path("standardError")),
        low == null || high == null ? null : List.of(low, high),
        record.state(),
        ended ? null : record.error());
  }

  private static EstimateView exact(JsonNode result, CommandRecord record) {
    long count = result.path("count").asLong();
    long rows = result.path("rows").asLong();
    return new EstimateView(
        count, rows, rows, count, rows, 0.0, List.of(count, count), record.state(), null);
  }

  private static @Nullable Long longOf(JsonNode node, String field, JsonNode otherwise) {
    JsonNode value = node.path(field);
    JsonNode chosen = value.isNumber() ? value : otherwise;
    return chosen.isNumber() ? chosen.asLong() : null;
  }

  private static @Nullable Double doubleOf(JsonNode node, String field, JsonNode otherwise) {
    JsonNode value = node.path(field);
    JsonNode chosen = value.isNumber() ? value : otherwise;
    return chosen.isNumber() ? chosen.asDouble() : null;
  }
}
