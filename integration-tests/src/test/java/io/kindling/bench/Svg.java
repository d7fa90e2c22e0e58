package io.kindling.bench;

import java.util.Locale;

/** The few shapes that the charts are made of, on a white sheet. */
final class Svg {
  /** Colours that stay apart for most readers, also in grey. */
  private static final String[] COLOURS = {"#1f6f8b", "#d1495b", "#edae49", "#4f772d", "#6d597a"};

  private final StringBuilder body = new StringBuilder();
  private final int width;
  private final int height;

  Svg(int width, int height) {
    this.width = width;
    this.height = height;
  }

  /** Where a text's position lies in the text. */
  enum Anchor {
    START,
    MIDDLE,
    END
  }

  static String colour(int series) {
    return COLOURS[series % COLOURS.length];
  }

  void text(double x, double y, int size, Anchor anchor, String text) {
    element(
        "<text x=\"%.1f\" y=\"%.1f\" font-size=\"%d\" text-anchor=\"%s\" fill=\"#222\">%s</text>",
        x, y, size, anchor.name().toLowerCase(Locale.ROOT), escaped(text));
  }

  void bar(double x, double y, double width, double height, String colour) {
    element(
        "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\"/>",
        x, y, width, height, colour);
  }

  void rule(double x1, double y1, double x2, double y2) {
    element(
        "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"#ccc\"/>", x1, y1, x2, y2);
  }

  void path(double[] xs, double[] ys, String colour) {
    var points = new StringBuilder();
    for (int i = 0; i < xs.length; i++) {
      points.append(String.format(Locale.ROOT, "%.1f,%.1f ", xs[i], ys[i]));
    }
    element(
        "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>",
        points.toString().trim(), colour);
  }

  @Override
  public String toString() {
    return """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" font-family="sans-serif">
        <rect width="100%%" height="100%%" fill="white"/>
        %s</svg>
        """
        .formatted(width, height, width, body);
  }

  private void element(String format, Object... values) {
    body.append(String.format(Locale.ROOT, format, values)).append('\n');
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
