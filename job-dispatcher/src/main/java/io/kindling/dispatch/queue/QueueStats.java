package io.kindling.dispatch.queue;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The numbers of a queue at one moment.
 *
 * @param at by Redis's clock
 * @param tenants in the order of their configuration
 * @param running commands that some driver holds
 * @param delayed commands that wait to be tried again
 * @param dead commands that are laid aside
 * @param refused refused payloads that are kept
 * @param drivers that were heard of within the last hour
 * @param unknownLists tenants of ingress lists that are not configured, fit to be shown
 */
public record QueueStats(
    Instant at,
    Map<String, Tenant> tenants,
    long running,
    long delayed,
    long dead,
    long refused,
    List<Driver> drivers,
    List<String> unknownLists) {

  public QueueStats {
    tenants = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(tenants));
    drivers = List.copyOf(drivers);
    unknownLists = List.copyOf(unknownLists);
  }

  /**
   * The numbers of a tenant.
   *
   * @param pushed payloads in its ingress list that no driver has admitted yet
   * @param ready commands that can be taken
   * @param running commands that some driver holds, as far as the first 10,000 of all tell
   * @param counts since the queue began, by what happened: a final state, or REFUSED, RECOVERED,
   *     RETRIED
   */
  public record Tenant(long pushed, long ready, long running, Map<String, Long> counts) {
    public Tenant {
      counts = Map.copyOf(counts);
    }

    /** How many wait. */
    public long depth() {
      return pushed + ready;
    }
  }

  /**
   * A driver.
   *
   * @param id by which records name it
   * @param name what people call it
   * @param started when it was first heard of
   * @param lastSeen when it was last heard of
   */
  public record Driver(String id, String name, Instant started, Instant lastSeen) {}

  /**
   * The numbers of a tenant.
   *
   * @throws IllegalArgumentException if it is not configured
   */
  public Tenant tenant(String name) {
    Tenant tenant = tenants.get(name);
    if (tenant == null) {
      throw new IllegalArgumentException(
          "Cannot tell of tenant '" + Names.shown(name) + "': configured are " + tenants.keySet());
    }
    return tenant;
  }

  static QueueStats of(Reply reply, List<String> names, List<String> unknownLists) {
    Map<String, String> meta = pairs(reply.texts(1));
    List<?> lengths = reply.list(7);
    var running = new HashMap<String, Long>();
    for (String entry : reply.texts(8)) {
      running.merge(entry.substring(0, entry.indexOf('/')), 1L, Long::sum);
    }
    var tenants = new LinkedHashMap<String, Tenant>();
    for (int i = 0; i < names.size(); i++) {
      String name = names.get(i);
      tenants.put(
          name,
          new Tenant(
              Reply.number(lengths.get(2 * i)),
              Reply.number(lengths.get(2 * i + 1)),
              running.getOrDefault(name, 0L),
              counts(meta, "count:" + name + ":")));
    }
    return new QueueStats(
        QueueScripts.instant(reply.rest().get(0)),
        tenants,
        reply.number(3),
        reply.number(4),
        reply.number(5),
        reply.number(6),
        drivers(pairs(reply.texts(2))),
        unknownLists);
  }

  private static Map<String, Long> counts(Map<String, String> meta, String prefix) {
    var counts = new HashMap<String, Long>();
    meta.forEach(
        (field, value) -> {
          if (field.startsWith(prefix)) {
            counts.put(field.substring(prefix.length()), Long.valueOf(value));
          }
        });
    return counts;
  }

  private static List<Driver> drivers(Map<String, String> lines) {
    var drivers = new ArrayList<Driver>();
    lines.forEach(
        (id, line) -> {
          String[] parts = line.split(" ", 3);
          drivers.add(
              new Driver(
                  id, parts[2], QueueScripts.instant(parts[1]), QueueScripts.instant(parts[0])));
        });
    return drivers;
  }

  private static Map<String, String> pairs(List<String> flat) {
    var pairs = new LinkedHashMap<String, String>();
    for (int i = 0; i < flat.size(); i += 2) {
      pairs.put(flat.get(i), flat.get(i + 1));
    }
    return pairs;
  }
}
