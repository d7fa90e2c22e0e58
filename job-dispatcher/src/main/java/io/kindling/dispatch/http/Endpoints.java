package io.kindling.dispatch.http;

import io.kindling.core.KindlingException;
import io.kindling.dispatch.predicate.PredicateRefusedException;
import io.kindling.dispatch.queue.CommandState;
import io.kindling.dispatch.queue.QueueClient;
import io.kindling.dispatch.queue.QueueStats;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What each path does, for somebody who was let in. */
final class Endpoints {
  private static final Pattern KEY = Pattern.compile("[A-Za-z0-9_.:-]{1,128}");

  private final String queue;
  private final PreviewSource source;
  private final QueueClient client;
  private final Queries queries;
  private final Metrics metrics;
  private final Recent recent = new Recent();

  Endpoints(
      String queue, PreviewSource source, QueueClient client, Queries queries, Metrics metrics) {
    this.queue = queue;
    this.source = source;
    this.client = client;
    this.queries = queries;
    this.metrics = metrics;
  }

  /** Pushes a query that the gate lets through. */
  Answer submit(Access access, @Nullable String key, byte[] body) {
    if (key != null && !KEY.matcher(key).matches()) {
      throw HttpRefusal.of(
          400, "Cannot read the Idempotency-Key: allowed are 1 to 128 of A-Z a-z 0-9 _ . : -");
    }
    QueryRequest request = QueryRequest.parse(body);
    check(access, request);
    String id = queries.submit(access.tenant(), key, request);
    recent.add(new Recent.Query(id, access.tenant(), request.dataset(), request.where()));
    return Answer.json(202, new Accepted(id, "/preview/" + id, "/estimate/" + id))
        .with(Map.of("Location", "/preview/" + id));
  }

  private void check(Access access, QueryRequest request) {
    try {
      source.check(access.tenant(), request.dataset(), request.where());
    } catch (KindlingException e) {
      String message = String.valueOf(e.getMessage());
      throw e.getCause() instanceof PredicateRefusedException refused
          ? HttpRefusal.at(refused.position(), message)
          : HttpRefusal.of(400, message);
    }
  }

  Answer preview(Access access, String id) {
    return Answer.json(200, queries.preview(access.tenant(), id));
  }

  Answer estimate(Access access, String id) {
    return Answer.json(200, queries.estimate(access.tenant(), id));
  }

  /** An operator may cancel what another tenant has asked. */
  Answer cancel(Access access, String id) {
    return Answer.json(200, new Changed(id, queries.cancel(owner(access, id), id)));
  }

  Answer revive(Access access, String id) {
    if (!queries.revive(owner(access, id), id)) {
      throw HttpRefusal.of(409, "Cannot queue command '" + id + "' again: it is not dead");
    }
    return Answer.json(200, new Changed(id, CommandState.QUEUED));
  }

  private String owner(Access access, String id) {
    return access.operator() ? queries.tenantOf(id).orElse(access.tenant()) : access.tenant();
  }

  Answer datasets(Access access) {
    return Answer.json(200, DatasetsView.of(source.datasets(access.tenant())));
  }

  Answer status(Access access) {
    return Answer.json(200, StatusView.of(access, queue, source, client, recent));
  }

  Answer metrics(Access access) {
    if (!access.operator()) {
      throw HttpRefusal.of(403, "Cannot show the metrics: they are for an operator's token");
    }
    return Answer.text(Metrics.TYPE, metrics.text());
  }

  /** Tells nothing that is not for everybody. */
  Answer health() {
    try {
      QueueStats stats = source.stats();
      return Answer.json(200, new Health("ok", stats.drivers().size()));
    } catch (KindlingException e) {
      throw HttpRefusal.tryLater(503, "Cannot reach Redis");
    }
  }

  private record Accepted(String id, String preview, String estimate) {}

  private record Changed(String id, CommandState state) {}

  private record Health(String status, int drivers) {}
}
