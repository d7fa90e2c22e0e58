package io.kindling.examples.fraud;

/** How fraudsters of the generator go about it. One incident is a few payments of one card. */
enum Pattern {
  /** Dear things in shops of another country. */
  ABROAD("stolen cards abroad"),

  /** Small payments online, one after the other, to see which numbers work. */
  TESTING("stolen numbers tried out"),

  /** Gift cards and transfers at home that empty the account. */
  TAKEOVER("accounts taken over");

  private final String text;

  Pattern(String text) {
    this.text = text;
  }

  String text() {
    return text;
  }
}
