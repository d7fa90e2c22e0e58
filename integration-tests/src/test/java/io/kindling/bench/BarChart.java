package io.kindling.bench;

import java.util.List;

/**
 * Horizontal bars, one a contender.
 *
 * <p>Contenders that lie more than a hundredfold apart are drawn on a logarithmic scale, which the
 * chart says; on a linear one the small bars could not be seen.
 *
 * @param name part of the file name
 * @param title what is compared, and on what
 * @param unit the unit of all bars
 * @param bars the contenders in the order of the drawing
 */
record BarChart(String name, String title, String unit, List<Bar> bars) implements Chart {
  private static final int WIDTH = 760;
  private static final int LEFT = 230;
  private static final int RIGHT = 110;
  private static final int TOP = 48;
  private static final int STEP = 30;

  BarChart {
    if (bars.isEmpty() || bars.stream().anyMatch(bar -> !(bar.value() > 0))) {
      throw new IllegalArgumentException(
          "Cannot draw the chart '%s' of %s: at least one bar, each above 0".formatted(name, bars));
    }
    bars = List.copyOf(bars);
  }

  /**
   * One contender.
   *
   * @param label its name
   * @param value its figure, above 0
   */
  record Bar(String label, double value) {}

  @Override
  public String svg() {
    double max = bars.stream().mapToDouble(Bar::value).max().orElseThrow();
    double min = bars.stream().mapToDouble(Bar::value).min().orElseThrow();
    boolean logarithmic = max / min > 100;
    String scale = logarithmic ? unit + ", logarithmic scale" : unit;

    var svg = new Svg(WIDTH, TOP + STEP * bars.size() + 16);
    svg.text(16, 28, 16, Svg.Anchor.START, title + " (" + scale + ")");
    for (int i = 0; i < bars.size(); i++) {
      Bar bar = bars.get(i);
      double share = bar.value() / max;
      if (logarithmic) {
        // Half a decade below the smallest, so that its bar has a length too.
        double floor = Math.log10(min) - 0.5;
        share = (Math.log10(bar.value()) - floor) / (Math.log10(max) - floor);
      }
      double length = share * (WIDTH - LEFT - RIGHT);
      double y = TOP + STEP * i;
      svg.text(LEFT - 10, y + 16, 13, Svg.Anchor.END, bar.label());
      svg.bar(LEFT, y, length, STEP - 8, Svg.colour(0));
      svg.text(LEFT + length + 8, y + 16, 13, Svg.Anchor.START, BenchReport.compact(bar.value()));
    }
    return svg.toString();
  }
}
