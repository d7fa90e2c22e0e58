package io.kindling.examples.redeploy;

import com.google.errorprone.annotations.FormatMethod;
import io.kindling.examples.redeploy.Deployments.Deployment;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;

/** Latencies over time as SVG: median and 99th percentile of each quarter of a second. */
final class LatencyChart {

  private static final int WIDTH = 960;
  private static final int HEIGHT = 420;
  private static final int LEFT = 70;
  private static final int RIGHT = 20;
  private static final int TOP = 50;
  private static final int BOTTOM = 60;
  private static final long BUCKET_NANOS = 250_000_000;

  /** From 1 us to 1 s. */
  private static final int FIRST_DECADE = 3;

  private static final int LAST_DECADE = 9;
  private static final String[] DECADES = {
    "1 us", "10 us", "100 us", "1 ms", "10 ms", "100 ms", "1 s"
  };

  private final StringBuilder svg = new StringBuilder();
  private final long startNanos;
  private final long durationNanos;

  private LatencyChart(long startNanos, long durationNanos) {
    this.startNanos = startNanos;
    this.durationNanos = durationNanos;
  }

  static String of(
      List<Caller> inJvm,
      List<Caller> inRedis,
      List<Deployment> deployments,
      long startNanos,
      int seconds) {
    LatencyChart chart = new LatencyChart(startNanos, seconds * 1_000_000_000L);
    chart.frame(seconds);
    chart.deployments(deployments);
    chart.lines(inRedis, "#d1660a", "#f2a65a");
    chart.lines(inJvm, "#1f5f9e", "#6fa8dc");
    chart.legend();
    return chart.svg.append("</svg>\n").toString();
  }

  @FormatMethod
  private void add(String format, Object... arguments) {
    svg.append(String.format(Locale.ROOT, format, arguments)).append('\n');
  }

  private void frame(int seconds) {
    add(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\""
            + " font-size=\"12\">",
        WIDTH, HEIGHT);
    add("<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>", WIDTH, HEIGHT);
    add(
        "<text x=\"%d\" y=\"22\" font-size=\"15\">Latency of a request while versions go live</text>",
        LEFT);
    for (int decade = FIRST_DECADE; decade <= LAST_DECADE; decade++) {
      double y = y(Math.pow(10, decade));
      add(
          "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#dddddd\"/>",
          LEFT, WIDTH - RIGHT, y, y);
      add(
          "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>",
          LEFT - 8, y + 4, DECADES[decade - FIRST_DECADE]);
    }
    int step = Math.max(1, seconds / 6);
    for (int second = 0; second <= seconds; second += step) {
      add(
          "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%d s</text>",
          x(startNanos + second * 1_000_000_000L), HEIGHT - BOTTOM + 18, second);
    }
  }

  private void deployments(List<Deployment> deployments) {
    for (Deployment deployment : deployments) {
      double x = x(deployment.endedNanos());
      if (x >= LEFT && x <= WIDTH - RIGHT) {
        add(
            "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\" stroke=\"%s\"/>",
            x, x, TOP, HEIGHT - BOTTOM, deployment.isRollback() ? "#cc0000" : "#999999");
      }
    }
  }

  /** Two lines: the median, and dashed the 99th percentile. */
  private void lines(List<Caller> callers, String median, String high) {
    long[][] nanos = byBucket(callers);
    line(nanos, 0.99, high, "5 3");
    line(nanos, 0.5, median, "none");
  }

  private long[][] byBucket(List<Caller> callers) {
    int buckets = (int) (durationNanos / BUCKET_NANOS);
    List<List<Long>> nanos = new ArrayList<>();
    for (int bucket = 0; bucket < buckets; bucket++) {
      nanos.add(new ArrayList<>());
    }
    for (Caller caller : callers) {
      for (int i = 0; i < caller.calls(); i++) {
        long bucket = (caller.began(i) - startNanos) / BUCKET_NANOS;
        if (bucket < buckets) {
          nanos.get((int) bucket).add(caller.took(i));
        }
      }
    }
    return nanos.stream()
        .map(bucket -> bucket.stream().mapToLong(Long::longValue).sorted().toArray())
        .toArray(long[][]::new);
  }

  private void line(long[][] sortedNanos, double share, String colour, String dashes) {
    StringJoiner points = new StringJoiner(" ");
    for (int bucket = 0; bucket < sortedNanos.length; bucket++) {
      long[] nanos = sortedNanos[bucket];
      if (nanos.length > 0) {
        points.add(
            String.format(
                Locale.ROOT,
                "%.1f,%.1f",
                x(startNanos + bucket * BUCKET_NANOS + BUCKET_NANOS / 2),
                y((double) nanos[(int) Math.ceil(share * nanos.length) - 1])));
      }
    }
    add(
        "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"1.6\""
            + " stroke-dasharray=\"%s\"/>",
        points, colour, dashes);
  }

  private void legend() {
    String[][] entries = {
      {"#1f5f9e", "JVM, median"},
      {"#6fa8dc", "JVM, 99 %"},
      {"#d1660a", "Redis, median"},
      {"#f2a65a", "Redis, 99 %"},
      {"#999999", "a version goes live"},
      {"#cc0000", "rollback"}
    };
    int x = LEFT;
    for (String[] entry : entries) {
      int y = HEIGHT - 16;
      add(
          "<line x1=\"%d\" x2=\"%d\" y1=\"%d\" y2=\"%d\" stroke=\"%s\" stroke-width=\"3\"/>",
          x, x + 20, y - 4, y - 4, entry[0]);
      add("<text x=\"%d\" y=\"%d\">%s</text>", x + 26, y, entry[1]);
      x += 145;
    }
  }

  private double x(long nanos) {
    return LEFT + (WIDTH - LEFT - RIGHT) * (double) (nanos - startNanos) / durationNanos;
  }

  private static double y(double nanos) {
    double decade = Math.min(LAST_DECADE, Math.max(FIRST_DECADE, Math.log10(Math.max(1, nanos))));
    double share = (decade - FIRST_DECADE) / (LAST_DECADE - FIRST_DECADE);
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * share;
  }
}
