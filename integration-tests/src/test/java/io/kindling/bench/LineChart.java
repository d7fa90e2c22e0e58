package io.kindling.bench;

import java.util.List;

/**
 * Lines over a common axis, both axes linear and from zero.
 *
 * @param name part of the file name
 * @param title what is shown
 * @param xAxis what runs along the axis, with its unit
 * @param yAxis what is measured, with its unit
 * @param lines at least one
 */
record LineChart(String name, String title, String xAxis, String yAxis, List<Line> lines)
    implements Chart {
  private static final int WIDTH = 760;
  private static final int HEIGHT = 400;
  private static final int LEFT = 80;
  private static final int RIGHT = 170;
  private static final int TOP = 60;
  private static final int BOTTOM = 52;
  private static final int TICKS = 5;

  LineChart {
    if (lines.isEmpty()) {
      throw new IllegalArgumentException(
          "Cannot draw the chart '%s' without a line".formatted(name));
    }
    lines = List.copyOf(lines);
  }

  /**
   * One line.
   *
   * @param label its name
   * @param points in the order of x, none negative
   */
  record Line(String label, List<Point> points) {
    Line {
      points = List.copyOf(points);
    }
  }

  /** A point of a line. */
  record Point(double x, double y) {}

  @Override
  public String svg() {
    double xMax =
        lines.stream().flatMap(l -> l.points().stream()).mapToDouble(Point::x).max().orElse(0);
    double yMax =
        lines.stream().flatMap(l -> l.points().stream()).mapToDouble(Point::y).max().orElse(0);
    var x = new Axis(xMax, LEFT, WIDTH - RIGHT);
    var y = new Axis(yMax, HEIGHT - BOTTOM, TOP);

    var svg = new Svg(WIDTH, HEIGHT);
    svg.text(16, 28, 16, Svg.Anchor.START, title);
    svg.text(16, 48, 12, Svg.Anchor.START, yAxis);
    svg.text((LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 12, 12, Svg.Anchor.MIDDLE, xAxis);
    for (int tick = 0; tick <= TICKS; tick++) {
      double yTick = y.end() * tick / TICKS;
      svg.rule(LEFT, y.at(yTick), WIDTH - RIGHT, y.at(yTick));
      svg.text(LEFT - 8, y.at(yTick) + 4, 12, Svg.Anchor.END, BenchReport.compact(yTick));
      double xTick = x.end() * tick / TICKS;
      svg.text(
          x.at(xTick), HEIGHT - BOTTOM + 18, 12, Svg.Anchor.MIDDLE, BenchReport.compact(xTick));
    }
    for (int i = 0; i < lines.size(); i++) {
      Line line = lines.get(i);
      svg.path(
          line.points().stream().mapToDouble(point -> x.at(point.x())).toArray(),
          line.points().stream().mapToDouble(point -> y.at(point.y())).toArray(),
          Svg.colour(i));
      svg.bar(WIDTH - RIGHT + 16, TOP + 22.0 * i, 12, 12, Svg.colour(i));
      svg.text(WIDTH - RIGHT + 34, TOP + 22.0 * i + 11, 13, Svg.Anchor.START, line.label());
    }
    return svg.toString();
  }

  /** Maps 0 to {@code end}, a round number at or above the largest value, onto pixels. */
  private record Axis(double end, double from, double to) {
    Axis {
      end = roundedUp(end);
    }

    double at(double value) {
      return from + (to - from) * value / end;
    }

    private static double roundedUp(double value) {
      if (value <= 0) {
        return 1;
      }
      double decade = Math.pow(10, Math.floor(Math.log10(value)));
      for (double step : new double[] {1, 1.5, 2, 2.5, 3, 4, 5, 7.5}) {
        if (value <= step * decade) {
          return step * decade;
        }
      }
      return 10 * decade;
    }
  }
}
