package io.kindling.dispatch.scan;

import io.kindling.counters.Counters;
import io.kindling.dispatch.predicate.Predicate;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts the rows of a frame for many predicates at once. What the column store can express is
 * counted in one pass over it, the rest by Spark. Driver only; may be used by several threads.
 */
public final class FrameScan implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FrameScan.class);

  /** Rows times predicates that take less than 100 ms on one core. */
  private static final long SHORT = 1 << 25;

  private final PinnedFrame frame;
  private final FastPath fastPath;
  private final ColumnStore store;
  private final SharedScan shared;
  private final SparkCounts spark;

  private FrameScan(PinnedFrame frame, SparkSession session, long memoryBytes) {
    boolean ansi = Boolean.parseBoolean(session.conf().get("spark.sql.ansi.enabled"));
    ZoneId zone = ZoneId.of(session.conf().get("spark.sql.session.timeZone"), ZoneId.SHORT_IDS);
    boolean legacySize = Boolean.parseBoolean(session.conf().get("spark.sql.legacy.sizeOfNull"));
    this.frame = frame;
    this.fastPath = new FastPath(frame.schema(), zone, legacySize && !ansi);
    this.store = new ColumnStore(frame, memoryBytes);
    this.shared = new SharedScan(store);
    this.spark = new SparkCounts(frame.in(session));
  }

  /**
   * A scan of a frame.
   *
   * @param session whose settings (ANSI mode, time zone) say what a predicate means
   * @param memoryBytes what the columns' blocks may take on all executors together; more than one
   *     batch needs is never dropped for the cap
   */
  public static FrameScan of(PinnedFrame frame, SparkSession session, long memoryBytes) {
    return new FrameScan(frame, session, memoryBytes);
  }

  /** Which way a predicate was counted. */
  public enum Path {
    /** In the shared pass over the column store. */
    FAST,
    /** By Spark, together with up to a hundred others. */
    SPARK
  }

  /** What became of a predicate. */
  public sealed interface Result {}

  /**
   * It was counted.
   *
   * @param matched rows for which it is true
   */
  public record Counted(long matched, Path path) implements Result {}

  /** It failed, and it alone: what Spark says, in one line. */
  public record Failed(String reason) implements Result {}

  /**
   * What became of predicates that were counted together.
   *
   * @param results one for each, in their order
   * @param build how long it took to make the columns that none had touched before; zero if there
   *     were none
   */
  public record Pass(List<Result> results, Duration build) {
    /** Of a list that may change. */
    public Pass {
      results = List.copyOf(results);
    }
  }

  /** The frame that is scanned. */
  public PinnedFrame frame() {
    return frame;
  }

  /**
   * Whether a predicate is counted in the shared pass. Then Spark's analyzer would not refuse it,
   * either.
   */
  public boolean isFast(Predicate predicate) {
    return fastPath.compile(predicate).isPresent();
  }

  /** Whether so many predicates are counted before anybody would look how far they are. */
  public boolean isShort(int predicates) {
    return frame.numRows() * predicates <= SHORT;
  }

  /**
   * Counts predicates.
   *
   * @param run where the tasks of the shared pass commit what they counted, for {@link
   *     ScanProgress}; null if nobody looks: then a pass over few rows takes few tasks
   */
  public Pass count(List<Predicate> predicates, @Nullable Counters run) {
    List<Condition> conditions = new ArrayList<>();
    List<Integer> fast = new ArrayList<>();
    List<Integer> slow = new ArrayList<>();
    for (int i = 0; i < predicates.size(); i++) {
      Optional<Condition> condition = fastPath.compile(predicates.get(i));
      condition.ifPresent(conditions::add);
      (condition.isPresent() ? fast : slow).add(i);
    }
    Result[] results = new Result[predicates.size()];
    Duration build = Duration.ZERO;
    try {
      SharedScan.Pass pass = shared.count(conditions, names(fast), run);
      build = pass.build();
      for (int i = 0; i < conditions.size(); i++) {
        results[fast.get(i)] = new Counted(pass.matched().get(i), Path.FAST);
      }
    } catch (Exception e) { // Spark throws checked ones that it does not declare.
      if (Failures.mayPass(e)) {
        throw e;
      }
      LOG.warn("Cannot count {} predicates in one pass, leaving them to Spark", fast.size(), e);
      slow.addAll(fast);
    }
    List<Result> counted = spark.count(slow.stream().map(predicates::get).toList());
    for (int i = 0; i < counted.size(); i++) {
      results[slow.get(i)] = counted.get(i);
    }
    return new Pass(List.of(results), build);
  }

  private static List<String> names(List<Integer> places) {
    return places.stream().map(ScanProgress::counterOf).toList();
  }

  /** What the columns' blocks take now on all executors together, about. */
  public long memoryBytes() {
    return store.memoryBytes();
  }

  @Override
  public void close() {
    store.close();
  }
}
