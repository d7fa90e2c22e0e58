package io.kindling.dispatch.http;

import io.kindling.dispatch.queue.CommandRecord;
import io.kindling.dispatch.queue.CommandState;
import io.kindling.dispatch.queue.IdempotencyConflictException;
import io.kindling.dispatch.queue.Push;
import io.kindling.dispatch.queue.QueueClient;
import io.kindling.dispatch.queue.QueueClient.Cancelled;
import io.kindling.dispatch.queue.QueueFullException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/*
 * A query is the command `count` under an id, and if rows are to be shown the command `preview`
 * under the same id with ".rows" behind it. The id follows from tenant and idempotency key, and is
 * the key under which the queue knows the command: so every server of the queue can tell, with no
 * memory of its own, whether an id that has no record yet has been pushed.
 */

/** Queries as they stand in the queue. Safe for concurrent use. */
final class Queries {
  private static final String ROWS = ".rows";
  private static final int ID_BYTES = 16;
  private static final Duration REVIVED_FOR = Duration.ofHours(1);

  private final QueueClient queue;
  private final int maxDepth;
  private final int maxQueueDepth;

  Queries(QueueClient queue, int maxDepth, int maxQueueDepth) {
    this.queue = queue;
    this.maxDepth = maxDepth;
    this.maxQueueDepth = maxQueueDepth;
  }

  private static String id(String tenant, @Nullable String key) {
    String digest =
        key == null
            ? UUID.randomUUID().toString().replace("-", "")
            : HexFormat.of().formatHex(Tokens.digest(tenant + "\n" + key), 0, ID_BYTES);
    return "q-" + digest;
  }

  /**
   * Pushes a query, once under one key.
   *
   * @param key idempotency key; null for one of its own
   * @return its id
   */
  String submit(String tenant, @Nullable String key, QueryRequest request) {
    String id = id(tenant, key);
    Push count = queue.push(tenant, id, id, request.countFields());
    boolean isNew = !isKnown(tenant, id);
    try {
      queue.submit(count, maxDepth, maxQueueDepth);
      if (request.rows() > 0) {
        String rowsId = id + ROWS;
        Push rows = queue.push(tenant, rowsId, rowsId, request.rowsFields());
        submitRows(rows, isNew ? count : null);
      }
      return id;
    } catch (IdempotencyConflictException e) {
      throw HttpRefusal.of(
          409, "Cannot accept the query: its Idempotency-Key stands for another query, " + id);
    } catch (QueueFullException e) {
      throw HttpRefusal.tryLater(429, "Cannot accept the query: too many wait already");
    }
  }

  /** Either both or none, if there is no room. */
  private void submitRows(Push rows, @Nullable Push newCount) {
    try {
      queue.submit(rows, maxDepth, maxQueueDepth);
    } catch (QueueFullException e) {
      if (newCount != null) {
        queue.cancel(newCount);
      }
      throw e;
    }
  }

  private boolean isKnown(String tenant, String id) {
    return queue.isKey(tenant, id);
  }

  EstimateView estimate(String tenant, String id) {
    Optional<CommandRecord> count = find(tenant, id);
    if (count.isPresent()) {
      return EstimateView.of(count.get());
    }
    checkWaits(tenant, id);
    return EstimateView.waiting();
  }

  PreviewView preview(String tenant, String id) {
    Optional<CommandRecord> rows = find(tenant, id + ROWS);
    if (rows.isPresent()) {
      return PreviewView.of(id, rows.get());
    }
    if (!isKnown(tenant, id + ROWS)) {
      Optional<CommandRecord> count = find(tenant, id);
      if (count.isPresent()) {
        return PreviewView.of(id, count.get());
      }
      checkWaits(tenant, id);
    }
    return PreviewView.waiting(id);
  }

  /**
   * Cancels what has not ended of a query.
   *
   * @return the state of its count afterwards
   */
  CommandState cancel(String tenant, String id) {
    Cancelled cancelled = queue.cancel(tenant, id);
    if (cancelled == Cancelled.UNKNOWN) {
      checkWaits(tenant, id);
      throw HttpRefusal.tryLater(
          503, "Cannot cancel query '" + id + "' yet: no driver has admitted it");
    }
    queue.cancel(tenant, id + ROWS);
    return cancelled == Cancelled.DONE
        ? CommandState.CANCELLED
        : find(tenant, id).map(CommandRecord::state).orElse(CommandState.CANCELLED);
  }

  private Optional<CommandRecord> find(String tenant, String id) {
    return queue.read(id).filter(record -> record.tenant().equals(tenant));
  }

  private void checkWaits(String tenant, String id) {
    if (!isKnown(tenant, id)) {
      throw unknown(id);
    }
  }

  /** Whether it is another's is not told. */
  private static HttpRefusal unknown(String id) {
    return HttpRefusal.of(404, "Cannot find the query '" + id + "'");
  }

  /** The tenant whose command has that id, as an operator may know it. */
  Optional<String> tenantOf(String id) {
    return queue.read(id).map(CommandRecord::tenant);
  }

  /** Makes a dead command ready again; whose it is has been checked. */
  boolean revive(String tenant, String id) {
    return queue.revive(tenant, id, REVIVED_FOR);
  }
}
