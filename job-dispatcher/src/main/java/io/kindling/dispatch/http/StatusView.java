package io.kindling.dispatch.http;

import io.kindling.dispatch.queue.CommandRecord;
import io.kindling.dispatch.queue.Lease;
import io.kindling.dispatch.queue.QueueClient;
import io.kindling.dispatch.queue.QueueStats;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the page shows; the answer of {@code GET /status}. Who is no operator sees the own tenant.
 *
 * @param tenant as which it is asked
 * @param operator whether all tenants are shown
 * @param queue its name
 * @param at by Redis's clock
 * @param queries running counts, and those that came through this server lately, newest first
 * @param tenants the queue by tenant
 * @param delayed commands that wait to be tried again
 * @param dead how many are laid aside
 * @param drivers that were heard of lately
 * @param pools for an operator
 * @param deadCommands the newest of them
 */
record StatusView(
    String tenant,
    boolean operator,
    String queue,
    String at,
    List<Query> queries,
    List<Tenant> tenants,
    long delayed,
    long dead,
    List<Driver> drivers,
    List<PreviewSource.PoolView> pools,
    List<Dead> deadCommands) {

  private static final int MAX_RUNNING = 40;
  private static final int MAX_DEAD = 50;

  /** A count; the dataset is null if its payload cannot be read. */
  record Query(
      String id,
      String tenant,
      @Nullable String dataset,
      @Nullable String where,
      EstimateView estimate) {}

  /** The numbers of a tenant. */
  record Tenant(String name, long pushed, long ready, long running, Map<String, Long> counts) {}

  /** A driver; whether it is the one that answers. */
  record Driver(String name, String started, String lastSeen) {}

  /** A command that was laid aside. */
  record Dead(
      String id,
      String tenant,
      String command,
      @Nullable String dataset,
      @Nullable String where,
      @Nullable String error,
      @Nullable String finished) {}

  /** Collects it: two round trips. */
  static StatusView of(
      Access access, String queue, PreviewSource source, QueueClient client, Recent recent) {
    QueueStats stats = source.stats();
    List<Tenant> tenants = new ArrayList<>();
    stats
        .tenants()
        .forEach(
            (name, numbers) -> {
              if (access.maySee(name)) {
                tenants.add(
                    new Tenant(
                        name,
                        numbers.pushed(),
                        numbers.ready(),
                        numbers.running(),
                        numbers.counts()));
              }
            });
    List<Dead> dead = dead(access, client);
    return new StatusView(
        access.tenant(),
        access.operator(),
        queue,
        stats.at().toString(),
        queries(access, source, client, recent),
        tenants,
        access.operator() ? stats.delayed() : 0,
        access.operator() ? stats.dead() : dead.size(),
        stats.drivers().stream()
            .map(d -> new Driver(d.name(), d.started().toString(), d.lastSeen().toString()))
            .toList(),
        access.operator() ? source.pools() : List.of(),
        dead);
  }

  private static List<Query> queries(
      Access access, PreviewSource source, QueueClient client, Recent recent) {
    Map<String, Recent.Query> known = new LinkedHashMap<>();
    recent.of(access.tenant()).forEach(query -> known.put(query.id(), query));
    source.leases().stream()
        .filter(lease -> lease.command().equals("count") && access.maySee(lease.tenant()))
        .limit(MAX_RUNNING)
        .forEach(lease -> known.putIfAbsent(lease.id(), running(lease)));
    Map<String, CommandRecord> records = client.readAll(known.keySet());
    List<Query> queries = new ArrayList<>();
    for (Recent.Query query : known.values()) {
      CommandRecord record = records.get(query.id());
      queries.add(
          new Query(
              query.id(),
              query.tenant(),
              query.dataset(),
              query.where(),
              record == null ? EstimateView.waiting() : EstimateView.of(record)));
    }
    return queries;
  }

  private static Recent.Query running(Lease lease) {
    var payload = Json.tree(lease.payload());
    return new Recent.Query(
        lease.id(),
        lease.tenant(),
        payload.path("dataset").asText(""),
        payload.path("where").asText(""));
  }

  private static List<Dead> dead(Access access, QueueClient client) {
    return client.dead(MAX_DEAD).stream()
        .filter(record -> access.maySee(record.tenant()))
        .map(
            record -> {
              var payload = Json.tree(record.payload());
              return new Dead(
                  record.id(),
                  record.tenant(),
                  record.command(),
                  payload.path("dataset").textValue(),
                  payload.path("where").textValue(),
                  record.error(),
                  text(record.finished()));
            })
        .toList();
  }

  private static @Nullable String text(@Nullable Instant instant) {
    return instant == null ? null : instant.toString();
  }
}
