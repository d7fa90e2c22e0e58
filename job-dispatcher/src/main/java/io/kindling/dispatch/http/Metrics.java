package io.kindling.dispatch.http;

import io.kindling.core.KindlingException;
import io.kindling.dispatch.queue.QueueStats;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;

/** Numbers in the text format of Prometheus, version 0.0.4. Safe for concurrent use. */
final class Metrics {
  static final String TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private final String queue;
  private final PreviewSource source;
  private final Map<Integer, LongAdder> requests = new ConcurrentSkipListMap<>();

  Metrics(String queue, PreviewSource source) {
    this.queue = queue;
    this.source = source;
  }

  void answered(int status) {
    requests.computeIfAbsent(status, s -> new LongAdder()).increment();
  }

  /** All of them; those of the queue are left out while Redis cannot be reached. */
  String text() {
    var text = new Text();
    Optional<QueueStats> stats = stats();
    text.family("kindling_redis_up", "gauge", "Whether Redis answers.");
    text.sample("kindling_redis_up", stats.isPresent() ? 1 : 0);
    stats.ifPresent(numbers -> ofQueue(text, numbers));
    text.family("kindling_driver_in_flight", "gauge", "Commands that this driver works on.");
    text.sample("kindling_driver_in_flight", source.leases().size(), "queue", queue);
    PreviewSource.ScanFigures scans = source.scans();
    text.family("kindling_scan_seconds", "summary", "Passes over datasets by this driver.");
    text.sample("kindling_scan_seconds_sum", scans.seconds(), "queue", queue);
    text.sample("kindling_scan_seconds_count", scans.scans(), "queue", queue);
    text.family("kindling_scans_failed_total", "counter", "Passes that ended with an error.");
    text.sample("kindling_scans_failed_total", scans.failed(), "queue", queue);
    text.family("kindling_scan_counts_total", "counter", "Counts that passes have answered.");
    text.sample("kindling_scan_counts_total", scans.counts(), "queue", queue);
    text.family(
        "kindling_columns_build_seconds_total", "counter", "Time to make columns at first touch.");
    text.sample("kindling_columns_build_seconds_total", scans.buildSeconds(), "queue", queue);
    text.family("kindling_pool_running_tasks", "gauge", "Spark tasks by FAIR pool.");
    source
        .pools()
        .forEach(
            pool ->
                text.sample(
                    "kindling_pool_running_tasks", pool.runningTasks(), "pool", pool.name()));
    text.family("kindling_http_requests_total", "counter", "HTTP requests by status.");
    requests.forEach(
        (status, count) ->
            text.sample(
                "kindling_http_requests_total", count.sum(), "code", String.valueOf(status)));
    return text.toString();
  }

  private Optional<QueueStats> stats() {
    try {
      return Optional.of(source.stats());
    } catch (KindlingException e) {
      return Optional.empty();
    }
  }

  private void ofQueue(Text text, QueueStats stats) {
    text.family("kindling_queue_commands", "gauge", "Commands of each tenant by state.");
    stats
        .tenants()
        .forEach(
            (tenant, numbers) -> {
              depth(text, tenant, "pushed", numbers.pushed());
              depth(text, tenant, "ready", numbers.ready());
              depth(text, tenant, "running", numbers.running());
            });
    text.family("kindling_queue_ended_total", "counter", "What became of commands, by tenant.");
    stats
        .tenants()
        .forEach(
            (tenant, numbers) ->
                new TreeMap<>(numbers.counts())
                    .forEach(
                        (outcome, count) ->
                            text.sample(
                                "kindling_queue_ended_total",
                                count,
                                "queue",
                                queue,
                                "tenant",
                                tenant,
                                "outcome",
                                outcome)));
    gauge(text, "kindling_queue_in_flight", "Commands that some driver holds.", stats.running());
    gauge(text, "kindling_queue_delayed", "Commands to be tried again later.", stats.delayed());
    gauge(text, "kindling_queue_dead", "Commands that are laid aside.", stats.dead());
    gauge(text, "kindling_queue_refused", "Refused payloads that are kept.", stats.refused());
    gauge(text, "kindling_drivers", "Drivers seen within an hour.", stats.drivers().size());
  }

  private void depth(Text text, String tenant, String state, long count) {
    text.sample("kindling_queue_commands", count, "queue", queue, "tenant", tenant, "state", state);
  }

  private void gauge(Text text, String name, String help, long value) {
    text.family(name, "gauge", help);
    text.sample(name, value, "queue", queue);
  }

  /** Lines. */
  private static final class Text {
    private final StringBuilder lines = new StringBuilder();

    void family(String name, String type, String help) {
      lines.append("# HELP ").append(name).append(' ').append(help).append('\n');
      lines.append("# TYPE ").append(name).append(' ').append(type).append('\n');
    }

    /** With labels as pairs of name and value; names of tenants and queues need no escapes. */
    void sample(String name, Number value, String... labels) {
      lines.append(name);
      for (int i = 0; i < labels.length; i += 2) {
        lines.append(i == 0 ? '{' : ',').append(labels[i]).append("=\"").append(labels[i + 1]);
        lines.append('"');
      }
      lines.append(labels.length == 0 ? " " : "} ").append(value).append('\n');
    }

    @Override
    public String toString() {
      return lines.toString();
    }
  }
}
