package io.kindling.ml.registry;

import io.kindling.core.KindlingException;
import io.kindling.core.Redis;
import io.kindling.core.RedisScript;
import io.kindling.core.RedisScripts;
import io.kindling.core.RedisUnavailableException;
import io.kindling.ml.format.ModelFormatException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.params.ScanParams;
import redis.clients.jedis.resps.ScanResult;

/**
 * The Redis hash of one name: its versions, which of them is live, and which was so before.
 *
 * <p>A version is complete when its metadata stands in the hash, which is written last. Version
 * numbers are never given out twice.
 *
 * @param <M> the metadata of a version
 */
public abstract class VersionHash<M> {

  private static final Logger LOG = LoggerFactory.getLogger(VersionHash.class);

  private static final RedisScript PROMOTE =
      RedisScript.fromClasspath(VersionHash.class, "promote.lua");
  private static final RedisScript RETIRE =
      RedisScript.fromClasspath(VersionHash.class, "retire.lua");

  private static final Pattern VERSION = Pattern.compile("v([1-9]\\d{0,17})");
  private static final Pattern FIELD = Pattern.compile("(v[1-9]\\d{0,17})(:.*)?");

  /** Older than every version, and not out of the range of instants. */
  private static final Duration LONGEST = Duration.ofDays(365_000);

  private final Redis redis;
  private final String kind;
  private final String name;
  private final String key;

  /**
   * The versions of a name.
   *
   * @param kind of what it is the name, for messages
   */
  protected VersionHash(Redis redis, String kind, String name, String key) {
    this.redis = redis;
    this.kind = kind;
    this.name = name;
    this.key = key;
  }

  /**
   * The names of which there is a hash, sorted. Scans the keys of every master.
   *
   * @param prefix of the keys, before the name in braces
   */
  public static List<String> names(Redis redis, String prefix) {
    ScanParams all = new ScanParams().match(prefix + ":{*}").count(1_000);
    TreeSet<String> names = new TreeSet<>();
    for (Redis master : redis.masters()) {
      String cursor = ScanParams.SCAN_POINTER_START;
      do {
        ScanResult<String> found = master.jedis().scan(cursor, all, "hash");
        for (String key : found.getResult()) {
          names.add(key.substring(prefix.length() + 2, key.length() - 1));
        }
        cursor = found.getCursor();
      } while (!cursor.equals(ScanParams.SCAN_POINTER_START));
    }
    return List.copyOf(names);
  }

  /** Returns the version if it is one. */
  public static String checkVersion(String version) {
    if (!VERSION.matcher(version).matches()) {
      throw new IllegalArgumentException(
          "Cannot use version '" + version + "', allowed are v1, v2 and so on");
    }
    return version;
  }

  /** What orders versions: the number behind the v. */
  public static long number(String version) {
    return Long.parseLong(version.substring(1));
  }

  /** The metadata that a field holds. */
  protected abstract M parse(String text, String where);

  /** When a version was made. */
  protected abstract Instant created(M metadata);

  /** Removes what belongs to versions that nobody finds any more. */
  protected abstract void erase(List<String> versions);

  /** That there is no such version, with a message that says which. */
  protected abstract KindlingException notFound(String message);

  /** That another version went live than the one that was to. */
  protected abstract KindlingException conflict(
      String version, @Nullable String expected, @Nullable String live);

  /** Whose versions these are. */
  public String name() {
    return name;
  }

  /** Where the hash stands. */
  public String key() {
    return key;
  }

  /** Where {@code promote.lua} tells which version has become live. */
  public String channel() {
    return key + ":live";
  }

  /** The hash of what streams remember: the versions that scored their last batches. */
  protected String memory() {
    return key + ":scored";
  }

  /** A version for messages. */
  public String where(String version) {
    return kind + " '" + name + "' " + version + " at '" + key + "'";
  }

  /** The version that is live; null if none is. */
  public @Nullable String live() {
    return redis.jedis().hget(key, "live");
  }

  /** The version that was live before; null if none was. */
  public @Nullable String previous() {
    return redis.jedis().hget(key, "previous");
  }

  /** The version that is live, or {@link #notFound(String)}. */
  public String requireLive() {
    String live = live();
    if (live == null) {
      throw notFound("Cannot find " + kind + " '" + name + "': '" + key + "' has no live version");
    }
    return live;
  }

  /** The version that was live before this one, or {@link #notFound(String)}. */
  public String requirePrevious(String live) {
    String previous = previous();
    if (previous == null) {
      throw notFound(
          "Cannot roll back "
              + kind
              + " '"
              + name
              + "' at '"
              + key
              + "': no version before "
              + live);
    }
    return previous;
  }

  /** A version number that nobody has and nobody else gets. */
  public String nextVersion() {
    return "v" + redis.jedis().hincrBy(key, "last", 1);
  }

  /** A complete version's metadata; null if there is no such version, or it is incomplete. */
  public @Nullable M metadata(String version) {
    String text = redis.jedis().hget(key, version);
    return text == null ? null : parse(text, where(version));
  }

  /** A complete version's metadata, or {@link #missing}. */
  public M requireMetadata(String version) {
    M metadata = metadata(version);
    if (metadata == null) {
      throw missing(version);
    }
    return metadata;
  }

  /** That a version is not stored, or incomplete, and which ones are. */
  public KindlingException missing(String version) {
    return notFound("Cannot find " + where(version) + ": stored are " + storedVersions());
  }

  /** All versions of which anything is stored, complete or not, in the order of their numbers. */
  public List<String> storedVersions() {
    Set<Long> numbers = new TreeSet<>();
    for (String field : redis.jedis().hkeys(key)) {
      Matcher matcher = FIELD.matcher(field);
      if (matcher.matches()) {
        numbers.add(number(matcher.group(1)));
      }
    }
    return numbers.stream().map(number -> "v" + number).toList();
  }

  /** The fields of these versions. */
  protected List<String> fields(List<String> versions) {
    List<String> fields = new ArrayList<>();
    for (String field : redis.jedis().hkeys(key)) {
      Matcher matcher = FIELD.matcher(field);
      if (matcher.matches() && versions.contains(matcher.group(1))) {
        fields.add(field);
      }
    }
    return fields;
  }

  /** What {@link #promote} came to. */
  public record Promotion(Outcome outcome, Optional<String> live) {}

  /** The replies of {@code promote.lua}. */
  public enum Outcome {
    MOVED,
    CHANGED,
    MISSING
  }

  /**
   * Makes a version live in one atomic step.
   *
   * @param expected the version that has to be live, null for none
   */
  public Promotion promote(String version, @Nullable String expected) {
    Object reply =
        redis
            .scripts()
            .call(
                PROMOTE,
                List.of(key),
                List.of(version, expected == null ? "" : expected, channel()));
    List<?> parts = (List<?>) Objects.requireNonNull(RedisScripts.text(reply));
    String live = (String) parts.get(1);
    return new Promotion(
        Outcome.valueOf((String) parts.get(0)),
        live.isEmpty() ? Optional.empty() : Optional.of(live));
  }

  /** As {@link #promote}, or {@link #conflict}, or {@link #missing}. */
  public void makeLive(String version, @Nullable String expected) {
    Promotion promotion;
    try {
      promotion = promote(version, expected);
    } catch (RedisUnavailableException e) {
      promotion = promote(version, expected); // MOVED if the first call did reach Redis
    }
    switch (promotion.outcome()) {
      case MOVED -> {}
      case CHANGED -> throw conflict(version, expected, promotion.live().orElse(null));
      case MISSING -> throw missing(version);
    }
  }

  /**
   * Removes versions, except the live and the previous one and those of batches that streams
   * remember.
   *
   * @return those that were removed
   */
  public List<String> remove(List<String> versions) {
    List<String> removed = new ArrayList<>();
    for (String version : versions) {
      Object reply = redis.scripts().call(RETIRE, List.of(key, memory()), List.of(version));
      if (Long.valueOf(1).equals(reply)) {
        removed.add(version);
      }
    }
    if (!removed.isEmpty()) {
      erase(removed);
    }
    return removed;
  }

  /** Removes the versions below a number that are older than the retention, as {@link #remove}. */
  public List<String> removeBelow(long number, Duration retention) {
    Instant oldest = Instant.now().minus(retention.compareTo(LONGEST) > 0 ? LONGEST : retention);
    return remove(
        storedVersions().stream()
            .filter(stored -> number(stored) < number)
            .filter(stored -> retention.isZero() || !isYounger(stored, oldest))
            .toList());
  }

  /** An incomplete version has no age; one that this build cannot read is left to another. */
  private boolean isYounger(String version, Instant oldest) {
    try {
      M metadata = metadata(version);
      return metadata != null && created(metadata).isAfter(oldest);
    } catch (ModelFormatException e) {
      LOG.warn("Cannot tell the age of {}, keeping it", where(version), e);
      return true;
    }
  }

  /**
   * Removes the versions below the highest of the live and the previous one that are older than the
   * retention, as {@link #remove}. What lies above may be somebody's at work.
   */
  public List<String> prune(Duration retention) {
    if (retention.isNegative()) {
      throw new IllegalArgumentException(
          "Cannot prune " + kind + " '" + name + "' to " + retention + ", allowed is 0 or more");
    }
    long highest = 0;
    for (String kept : new @Nullable String[] {live(), previous()}) {
      highest = kept == null ? highest : Math.max(highest, number(kept));
    }
    return removeBelow(highest, retention);
  }
}
