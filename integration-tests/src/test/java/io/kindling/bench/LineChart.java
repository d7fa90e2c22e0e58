package io.kindling.bench;

import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * Lines over a common axis.
 *
 * <p>An axis is linear and from zero, unless its values are all above zero and the largest is more
 * than a hundred times the smallest: then it is logarithmic, from one power of ten to another,
 * which the chart says.
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
    Axis x = Axis.of(lines, Point::x, LEFT, WIDTH - RIGHT);
    Axis y = Axis.of(lines, Point::y, HEIGHT - BOTTOM, TOP);

    var svg = new Svg(WIDTH, HEIGHT);
    svg.text(16, 28, 16, Svg.Anchor.START, title);
    svg.text(16, 48, 12, Svg.Anchor.START, y.label(yAxis));
    svg.text((LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 12, 12, Svg.Anchor.MIDDLE, x.label(xAxis));
    for (double tick : y.ticks()) {
      svg.rule(LEFT, y.at(tick), WIDTH - RIGHT, y.at(tick));
      svg.text(LEFT - 8, y.at(tick) + 4, 12, Svg.Anchor.END, BenchReport.compact(tick));
    }
    for (double tick : x.ticks()) {
      svg.text(x.at(tick), HEIGHT - BOTTOM + 18, 12, Svg.Anchor.MIDDLE, BenchReport.compact(tick));
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

  /**
   * Maps values onto pixels.
   *
   * @param start 0, or the power of ten below the smallest value
   * @param end a round number at or above the largest value
   */
  private record Axis(boolean logarithmic, double start, double end, double from, double to) {

    static Axis of(List<Line> lines, ToDoubleFunction<Point> coordinate, double from, double to) {
      DoubleSummaryStatistics values =
          lines.stream()
              .flatMap(line -> line.points().stream())
              .mapToDouble(coordinate)
              .summaryStatistics();
      double max = values.getCount() == 0 ? 0 : values.getMax();
      if (values.getMin() > 0 && max > 100 * values.getMin()) {
        double start = Math.pow(10, Math.floor(Math.log10(values.getMin())));
        return new Axis(true, start, Math.pow(10, Math.ceil(Math.log10(max))), from, to);
      }
      return new Axis(false, 0, roundedUp(max), from, to);
    }

    String label(String text) {
      return logarithmic ? text + ", logarithmic scale" : text;
    }

    double at(double value) {
      double share = logarithmic ? Math.log(value / start) / Math.log(end / start) : value / end;
      return from + (to - from) * share;
    }

    double[] ticks() {
      return logarithmic
          ? DoubleStream.iterate(start, tick -> tick < end * 1.5, tick -> tick * 10).toArray()
          : IntStream.rangeClosed(0, TICKS).mapToDouble(tick -> end * tick / TICKS).toArray();
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
