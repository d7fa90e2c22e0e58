package io.kindling.examples;

import com.google.errorprone.annotations.FormatMethod;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * Lines over a common axis, as SVG. Both axes reach from the smallest to the largest value, rounded
 * outwards; what is NaN, or not above zero on a logarithmic axis, interrupts its line.
 */
public final class LineChart {

  private static final int WIDTH = 860;
  private static final int HEIGHT = 420;
  private static final int LEFT = 70;
  private static final int RIGHT = 200;
  private static final int TOP = 60;
  private static final int BOTTOM = 54;

  /** About so many numbers stand at an axis. */
  private static final int TICKS = 6;

  /** Colours that stay apart for most readers, also in grey. */
  private static final List<String> COLOURS =
      List.of("#1f6f8b", "#d1495b", "#edae49", "#4f772d", "#6d597a");

  private final String title;
  private final String xAxis;
  private final String yAxis;
  private final List<Line> lines = new ArrayList<>();
  private boolean logarithmic;

  private record Line(String label, List<Point> points) {}

  private record Point(double x, double y) {}

  private LineChart(String title, String xAxis, String yAxis) {
    this.title = title;
    this.xAxis = xAxis;
    this.yAxis = yAxis;
  }

  /**
   * A chart without lines.
   *
   * @param xAxis what runs along the axis, with its unit
   * @param yAxis what is measured, with its unit
   */
  public static LineChart of(String title, String xAxis, String yAxis) {
    return new LineChart(title, xAxis, yAxis);
  }

  /** Draws what is measured on a logarithmic scale. */
  public LineChart logarithmic() {
    logarithmic = true;
    return this;
  }

  /** Adds a line, in front of the others. */
  public LineChart line(String label, double[] xs, double[] ys) {
    if (xs.length != ys.length) {
      throw new IllegalArgumentException(
          "Cannot draw line '" + label + "': " + xs.length + " x and " + ys.length + " y");
    }
    List<Point> points =
        IntStream.range(0, xs.length).mapToObj(i -> new Point(xs[i], ys[i])).toList();
    lines.add(new Line(label, points));
    return this;
  }

  /**
   * Writes the chart, and the folders above it.
   *
   * @throws CannotRunException if they cannot be written
   */
  public void write(Path file) {
    Path absolute = file.toAbsolutePath();
    try {
      Files.createDirectories(absolute.getParent());
      Files.writeString(absolute, svg());
    } catch (IOException e) {
      throw new CannotRunException("Cannot write the chart " + absolute + ": " + e, e);
    }
  }

  /** The chart. */
  public String svg() {
    Axis x = Axis.linear(values(Point::x));
    Axis y = logarithmic ? Axis.logarithmic(values(Point::y)) : Axis.linear(values(Point::y));
    Drawing svg = new Drawing();
    svg.add(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\""
            + " font-size=\"12\">",
        WIDTH, HEIGHT);
    svg.add("<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>", WIDTH, HEIGHT);
    svg.text(LEFT, 22, "start", 15, title);
    svg.text(LEFT, 44, "start", 12, logarithmic ? yAxis + ", logarithmic scale" : yAxis);
    svg.text((LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 12, "middle", 12, xAxis);
    for (double tick : y.ticks()) {
      double at = y(y, tick);
      svg.add(
          "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#dddddd\"/>",
          LEFT, WIDTH - RIGHT, at, at);
      svg.text(LEFT - 8, at + 4, "end", 12, y.label(tick));
    }
    for (double tick : x.ticks()) {
      svg.text(x(x, tick), HEIGHT - BOTTOM + 18, "middle", 12, x.label(tick));
    }
    for (int i = 0; i < lines.size(); i++) {
      draw(svg, i, x, y);
    }
    return svg.body.append("</svg>\n").toString();
  }

  private DoubleStream values(ToDoubleFunction<Point> coordinate) {
    return lines.stream().flatMap(line -> line.points().stream()).mapToDouble(coordinate);
  }

  private void draw(Drawing svg, int index, Axis x, Axis y) {
    Line line = lines.get(index);
    String colour = COLOURS.get(index % COLOURS.size());
    StringJoiner points = new StringJoiner(" ");
    for (Point point : line.points()) {
      if (y.shows(point.y())) {
        points.add(String.format(Locale.ROOT, "%.1f,%.1f", x(x, point.x()), y(y, point.y())));
      } else {
        svg.line(points, colour);
        points = new StringJoiner(" ");
      }
    }
    svg.line(points, colour);
    int top = TOP + 22 * index;
    svg.add(
        "<rect x=\"%d\" y=\"%d\" width=\"12\" height=\"12\" fill=\"%s\"/>",
        WIDTH - RIGHT + 16, top, colour);
    svg.text(WIDTH - RIGHT + 34, top + 11, "start", 13, line.label());
  }

  private static double x(Axis axis, double value) {
    return LEFT + (WIDTH - LEFT - RIGHT) * axis.share(value);
  }

  private static double y(Axis axis, double value) {
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * axis.share(value);
  }

  private static final class Drawing {

    private final StringBuilder body = new StringBuilder();

    @FormatMethod
    void add(String format, Object... arguments) {
      body.append(String.format(Locale.ROOT, format, arguments)).append('\n');
    }

    /** Through some points, if there are any. */
    void line(StringJoiner points, String colour) {
      if (points.length() > 0) {
        add(
            "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"1.6\"/>",
            points, colour);
      }
    }

    void text(double x, double y, String anchor, int size, String text) {
      add(
          "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" font-size=\"%d\">%s</text>",
          x, y, anchor, size, text.replace("&", "&amp;").replace("<", "&lt;"));
    }
  }

  /** Where a value lies between the ends of an axis. */
  private record Axis(boolean isLogarithmic, double start, double end, double step) {

    static Axis linear(DoubleStream values) {
      DoubleSummaryStatistics range = values.filter(Double::isFinite).summaryStatistics();
      if (range.getCount() == 0) {
        return new Axis(false, 0, 1, 1);
      }
      double spread = range.getMax() - range.getMin();
      double step = step(spread > 0 ? spread : Math.max(1e-9, Math.abs(range.getMax())));
      double start = step * Math.floor(range.getMin() / step);
      double end = step * Math.ceil(range.getMax() / step);
      return new Axis(false, start, end > start ? end : start + step, step);
    }

    static Axis logarithmic(DoubleStream values) {
      DoubleSummaryStatistics range =
          values.filter(value -> value > 0 && Double.isFinite(value)).summaryStatistics();
      if (range.getCount() == 0) {
        return new Axis(true, 1, 10, 10);
      }
      double start = Math.pow(10, Math.floor(Math.log10(range.getMin())));
      double end = Math.pow(10, Math.ceil(Math.log10(range.getMax())));
      return new Axis(true, start, end > start ? end : start * 10, 10);
    }

    private static double step(double spread) {
      double decade = Math.pow(10, Math.floor(Math.log10(spread / TICKS)));
      for (double factor : new double[] {1, 2, 2.5, 5}) {
        if (spread / (factor * decade) <= TICKS) {
          return factor * decade;
        }
      }
      return 10 * decade;
    }

    boolean shows(double value) {
      return Double.isFinite(value) && (!isLogarithmic || value > 0);
    }

    double share(double value) {
      return isLogarithmic
          ? Math.log(value / start) / Math.log(end / start)
          : (value - start) / (end - start);
    }

    double[] ticks() {
      if (isLogarithmic) {
        return DoubleStream.iterate(start, tick -> tick < end * 1.5, tick -> tick * step).toArray();
      }
      int count = (int) Math.round((end - start) / step);
      double[] ticks = new double[count + 1];
      for (int i = 0; i <= count; i++) {
        ticks[i] = start + i * step;
      }
      return ticks;
    }

    String label(double tick) {
      double grid = isLogarithmic ? tick : step;
      int decimals = (int) Math.max(0, Math.ceil(-Math.log10(grid) - 1e-9));
      boolean isHalf = !isLogarithmic && String.format(Locale.ROOT, "%e", step).startsWith("2.5");
      return String.format(
          Locale.ROOT, "%,." + (isHalf && step < 10 ? decimals + 1 : decimals) + "f", tick);
    }
  }
}
