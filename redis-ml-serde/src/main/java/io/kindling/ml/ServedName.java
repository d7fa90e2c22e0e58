package io.kindling.ml;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a client asks for: a model's live version, or one version of it.
 *
 * @param version null for the live one
 */
record ServedName(String name, String key, @Nullable String version) {

  static ServedName live(String name) {
    return new ServedName(name, ModelHash.key(name), null);
  }

  ServedName pinned(String version) {
    return new ServedName(name, key, ModelHash.checkVersion(version));
  }

  /** The arguments of a call behind its key. */
  List<byte[]> arguments(List<byte[]> rows) {
    return ServingProtocol.arguments(version, rows);
  }

  /** The server's refusal as an exception. */
  PredictionException refused(String line, Throwable cause) {
    return new PredictionException("Cannot score with " + this + ": " + line, line, cause);
  }

  /** The end of the patience with a version that is being compiled. */
  PredictionException stillCold(long seconds, String line, Throwable cause) {
    return new PredictionException(
        "Cannot score with " + this + ": after " + seconds + " s it is still compiling: " + line,
        line,
        cause);
  }

  @Override
  public String toString() {
    return "model '" + name + "' " + (version == null ? "(live)" : version) + " at '" + key + "'";
  }
}
