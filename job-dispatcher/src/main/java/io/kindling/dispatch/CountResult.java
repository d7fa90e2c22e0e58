package io.kindling.dispatch;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.kindling.dispatch.scan.Estimate;
import io.kindling.dispatch.scan.FrameScan;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The result of {@code count}.
 *
 * @param count rows for which the predicate is true; of a sampled dataset the most likely number
 * @param exact whether every row was looked at
 * @param low with {@code high}, the 95 % interval; null if the count is exact
 * @param high the interval's end; null if the count is exact
 * @param sampledShare of the dataset's rows; null if the count is exact
 * @param dataset name and version, such as {@code people@3}
 * @param rows that were looked at
 * @param path {@code fast} or {@code spark}
 * @param cached whether the count was known from before
 * @param buildMillis how long its batch took to make the columns that none had touched before; null
 *     if there were none
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record CountResult(
    long count,
    boolean exact,
    @Nullable Long low,
    @Nullable Long high,
    @Nullable Double sampledShare,
    String dataset,
    long rows,
    String path,
    boolean cached,
    @Nullable Long buildMillis) {
  /** The result of a predicate that was counted on a version. */
  static CountResult of(FrameScan.Counted counted, DatasetVersion version, Duration build) {
    Long buildMillis = build.isZero() ? null : Math.max(1, build.toMillis());
    long rows = version.scan().frame().numRows();
    String path = counted.path().name().toLowerCase(Locale.ROOT);
    if (!version.isSampled()) {
      return new CountResult(
          counted.matched(),
          true,
          null,
          null,
          null,
          version.name(),
          rows,
          path,
          false,
          buildMillis);
    }
    Estimate estimate = version.estimate(counted.matched());
    return new CountResult(
        estimate.size(),
        false,
        estimate.low(),
        estimate.high(),
        version.sampledShare(),
        version.name(),
        rows,
        path,
        false,
        buildMillis);
  }

  CountResult fromCache() {
    return new CountResult(count, exact, low, high, sampledShare, dataset, rows, path, true, null);
  }
}
