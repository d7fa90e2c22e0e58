package io.kindling.ml;

import io.kindling.core.KindlingException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A version was not made live, because somebody else moved the live version in the meantime. The
 * model serves what the other made live; {@link ModelStore#promote} makes this one live after all,
 * as long as it is stored: later publications remove it.
 */
public final class PromotionConflictException extends KindlingException {

  private static final long serialVersionUID = 1;

  private final String version;
  private final @Nullable String expected;
  private final @Nullable String live;

  /** For Kindling's own registries. */
  public PromotionConflictException(
      String name, String version, @Nullable String expected, @Nullable String live) {
    super(
        "Cannot make version "
            + version
            + " of model '"
            + name
            + "' live: live is "
            + shown(live)
            + ", it was "
            + shown(expected)
            + " at the start");
    this.version = version;
    this.expected = expected;
    this.live = live;
  }

  private static String shown(@Nullable String version) {
    return version == null ? "none" : version;
  }

  /** The version that was to become live. */
  public String version() {
    return version;
  }

  /** The version that was live at the start; empty if none was. */
  public Optional<String> expected() {
    return Optional.ofNullable(expected);
  }

  /** The version that is live instead; empty if none is. */
  public Optional<String> live() {
    return Optional.ofNullable(live);
  }
}
