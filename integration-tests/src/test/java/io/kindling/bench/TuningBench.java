package io.kindling.bench;

import io.kindling.core.testing.DelayedLink;
import io.kindling.core.testing.TestRedis;
import java.time.Duration;

/**
 * What do the settings do that one would tune: the batch of a pipeline, the connections of a pool,
 * the counters of a commit, the sizes up to which Redis keeps a hash in a list, and Spark's own?
 * {@code mvn -B -ntp -Pbench verify -Dbench=tuning}
 *
 * <p>One Redis on this machine, reached over loopback, and through a {@link DelayedLink} on which
 * requests take a millisecond, as to another host. The values of a setting take turns, and the
 * first round of all is not counted.
 */
final class TuningBench implements Benchmark {
  static final int REPETITIONS = 5;
  static final Duration DELAY = Duration.ofMillis(1);

  /** The window of one measured rate. */
  static final double SECONDS = 0.3;

  @Override
  public void run(BenchReport report) throws Exception {
    // The longest call of each command stands in INFO as its 100th percentile, which is often one
    // that
    // the machine held up; so the 99th is asked for, too.
    try (TestRedis server = TestRedis.start("--latency-tracking-info-percentiles", "99 100");
        DelayedLink link = DelayedLink.to(server, DELAY);
        CountingBed bed = CountingBed.start(server, /* threads= */ 1);
        AwakeCores cores = AwakeCores.start()) {
      report.measuredAgainst(server);
      report.addExact("awake_cores", "cores", cores.note(), cores.spinning());
      var links = new Links(server.config(), link.config());
      links.report(report);
      new PipelineTuning(links).report(report);
      new PoolTuning(links).report(report);
      new CommitTuning(bed).report(report);
      new HashTuning(bed).report(report);
      new ModelHashTuning(bed).report(report);
      SparkTuning.report(report);
    }
  }
}
