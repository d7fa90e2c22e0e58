package io.kindling.dispatch.http;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What came through this server lately, for the page alone: a few queries of each tenant. */
final class Recent {
  private static final int MOST = 30;

  private final Map<String, Deque<Query>> byTenant = new ConcurrentHashMap<>();

  /** A query that was pushed. */
  record Query(String id, String tenant, String dataset, String where) {}

  void add(Query query) {
    Deque<Query> queries = byTenant.computeIfAbsent(query.tenant(), t -> new ArrayDeque<>());
    synchronized (queries) {
      queries.removeIf(other -> other.id().equals(query.id()));
      queries.addFirst(query);
      if (queries.size() > MOST) {
        queries.removeLast();
      }
    }
  }

  /** Newest first. */
  List<Query> of(String tenant) {
    Deque<Query> queries = byTenant.get(tenant);
    if (queries == null) {
      return List.of();
    }
    synchronized (queries) {
      return List.copyOf(queries);
    }
  }
}
