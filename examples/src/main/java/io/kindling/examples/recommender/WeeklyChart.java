package io.kindling.examples.recommender;

import com.google.errorprone.annotations.FormatMethod;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;

/** A line for each model over the weeks, as SVG; a week without events breaks the line. */
final class WeeklyChart {

  private static final int WIDTH = 960;
  private static final int HEIGHT = 420;
  private static final int LEFT = 70;
  private static final int RIGHT = 200;
  private static final int TOP = 50;
  private static final int BOTTOM = 50;
  private static final double GRID = 0.02;
  private static final String[] COLOURS = {
    "#1f5f9e", "#d1660a", "#2e8b57", "#8e44ad", "#7f8c8d", "#c0392b"
  };

  private final StringBuilder svg = new StringBuilder();
  private final int weeks;
  private final double top;

  /**
   * One line.
   *
   * @param weekly NaN where there is nothing
   */
  record Line(String name, List<Double> weekly) {
    Line {
      weekly = List.copyOf(weekly);
    }
  }

  private WeeklyChart(List<Line> lines) {
    int longest = 1;
    double highest = GRID;
    for (Line line : lines) {
      longest = Math.max(longest, line.weekly.size());
      for (double value : line.weekly) {
        highest = value > highest ? value : highest;
      }
    }
    weeks = longest;
    top = Math.ceil(highest / GRID) * GRID;
  }

  /**
   * Draws it.
   *
   * @param title plain text, without characters that XML sets apart
   */
  static String of(String title, List<Line> lines) {
    WeeklyChart chart = new WeeklyChart(lines);
    chart.frame(title);
    for (int i = 0; i < lines.size(); i++) {
      chart.line(lines.get(i), i);
    }
    return chart.svg.append("</svg>\n").toString();
  }

  @FormatMethod
  private void add(String format, Object... arguments) {
    svg.append(String.format(Locale.ROOT, format, arguments)).append('\n');
  }

  private void frame(String title) {
    add(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\""
            + " font-size=\"12\">",
        WIDTH, HEIGHT);
    add("<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>", WIDTH, HEIGHT);
    add("<text x=\"%d\" y=\"22\" font-size=\"15\">%s</text>", LEFT, title);
    int stride = Math.max(1, (int) Math.round(top / GRID / 8));
    for (int step = 0; step * GRID <= top + 1e-9; step += stride) {
      double y = y(step * GRID);
      add(
          "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#dddddd\"/>",
          LEFT, WIDTH - RIGHT, y, y);
      add(
          "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%.2f</text>",
          LEFT - 8, y + 4, step * GRID);
    }
    for (int week = 0; week < weeks; week += 4) {
      add(
          "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">week %d</text>",
          x(week), HEIGHT - BOTTOM + 20, week + 1);
    }
  }

  private void line(Line line, int index) {
    String colour = COLOURS[index % COLOURS.length];
    StringJoiner points = new StringJoiner(" ");
    for (int week = 0; week <= line.weekly.size(); week++) {
      boolean ends = week == line.weekly.size() || Double.isNaN(line.weekly.get(week));
      if (!ends) {
        points.add(String.format(Locale.ROOT, "%.1f,%.1f", x(week), y(line.weekly.get(week))));
      } else if (points.length() > 0) {
        add(
            "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>",
            points, colour);
        points = new StringJoiner(" ");
      }
    }
    int y = TOP + 22 * index;
    add(
        "<rect x=\"%d\" y=\"%d\" width=\"12\" height=\"12\" fill=\"%s\"/>",
        WIDTH - RIGHT + 16, y, colour);
    add("<text x=\"%d\" y=\"%d\">%s</text>", WIDTH - RIGHT + 34, y + 10, line.name);
  }

  private double x(int week) {
    return LEFT + (WIDTH - LEFT - RIGHT) * (week + 0.5) / weeks;
  }

  private double y(double value) {
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * value / top;
  }
}
