package io.kindling.examples.adserving;

import com.google.errorprone.annotations.FormatMethod;
import io.kindling.core.Redis;
import io.kindling.examples.LineChart;
import io.kindling.examples.Program;
import io.kindling.examples.TextTable;
import io.kindling.examples.adserving.Fleet.Machines;
import io.kindling.examples.adserving.OpenLoad.Trial;
import io.kindling.ml.FeatureVector;
import io.kindling.ml.Forest;
import io.kindling.ml.LiveModel;
import io.kindling.ml.ModelStore;
import io.kindling.ml.PublishOptions;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;

/** An advertiser's 1,000 campaigns, of which each request asks one, some, or all. */
public final class AdServing {

  private static final int CASE_CAMPAIGNS = 1_000;
  private static final int CASE_REQUESTS_PER_SECOND = 20_000;
  private static final int CASE_MILLIS = 50;

  private static final double IN_TIME_PERCENT = 99;

  /** Of one forest, so that a request that waits for all of them is in time as often. */
  private static final double EACH_IN_TIME_PERCENT =
      100 * Math.pow(IN_TIME_PERCENT / 100, 1.0 / CASE_CAMPAIGNS);

  private static final int VISITORS = 4_096;
  private static final int[] PER_REQUEST = {1, 10, 50};
  private static final int[] BATCHES = {1, 4, 16, 64};

  private final PrintStream out;
  private final AdServingOptions options;
  private final int cores = Runtime.getRuntime().availableProcessors();
  private final FeatureVector[] visitors = Campaigns.visitors(VISITORS);
  private final Campaigns campaigns;

  private final LineChart chart =
      LineChart.of(
              "How late the answers are, by load",
              "forest evaluations a second and core",
              "99th percentile in ms")
          .logarithmic();

  private double forestsPerSecond;
  private int checkedWrong;

  private AdServing(PrintStream out, AdServingOptions options) {
    this.out = out;
    this.options = options;
    this.campaigns = new Campaigns(options.trees(), options.depth());
  }

  /** Runs it; {@code --help} says how. */
  public static void main(String[] args) throws Exception {
    System.exit(Program.exitCode("ad-serving", System.err, () -> run(System.out, args)));
  }

  /** The exit code: 0 if all is as it should be, 1 if not. */
  static int run(PrintStream out, String... args) throws Exception {
    AdServingOptions options = AdServingOptions.parse(args);
    if (options.help()) {
      out.print(AdServingOptions.USAGE);
      return 0;
    }
    return Program.onRedis(options.redisUri(), new AdServing(out, options)::run);
  }

  private int run(String uri) throws Exception {
    print("The case: 1,000 campaigns, each with a forest of 15,000 trees of depth 7; 20,000%n");
    print("requests a second, each to be answered within 50 ms. It can be read in two ways:%n");
    print("  one forest     a request asks one campaign's:        20,000 evaluations/s%n");
    print("  every forest   a request asks those of all:      20,000,000 evaluations/s%n%n");

    long before = Memory.usedBytes();
    List<Forest> forests = new ArrayList<>(List.of(throughRedis(uri)));
    long campaignBytes = Math.max(1, Memory.usedBytes() - before);
    int held = Math.min(options.campaigns(), Memory.campaignsOfHeap(campaignBytes));
    forests.addAll(build(forests.size(), held));
    print(
        "%nMemory: %.0f MB a campaign; this JVM (heap %.1f GiB) holds %d, a machine of %.0f GiB"
            + " %d.%n%n",
        campaignBytes / 1e6,
        Runtime.getRuntime().maxMemory() / 0x1p30,
        forests.size(),
        Memory.machineBytes() / 0x1p30,
        Memory.campaignsOfMachine(campaignBytes));

    measureBatches(forests);
    List<Optional<Trial>> trials = measureLoads(forests);
    printMachines(trials, campaignBytes);
    chart.write(options.chart());
    print("Chart: %s%n", options.chart().toAbsolutePath());
    print("Checked answers that are not those of the forests asked one by one: %d%n", checkedWrong);
    boolean found = trials.get(0).isPresent() && trials.get(trials.size() - 1).isPresent();
    return found && checkedWrong == 0 ? 0 : 1;
  }

  @FormatMethod
  private void print(String format, Object... arguments) {
    out.printf(Locale.ROOT, format, arguments);
    out.flush();
  }

  /** How a machine comes by its campaigns: the first one goes this way. */
  private Forest throughRedis(String uri) {
    String name = "ad-campaign-" + UUID.randomUUID().toString().substring(0, 8);
    String key = "kindling:model:{" + name + "}";
    try (Redis redis = Redis.connect(uri)) {
      try {
        ModelStore.of(redis)
            .publish(name, campaigns.forest(0), PublishOptions.builder().jvmOnly().build());
        long start = System.nanoTime();
        try (LiveModel live = LiveModel.open(redis, name)) {
          double seconds = (System.nanoTime() - start) / 1e9;
          Forest forest = (Forest) live.model();
          warmUp(forest);
          print(
              "Redis: %.0f MB a campaign, read, checked and ready within %.1f s%n",
              redis.jedis().memoryUsage(key, 0) / 1e6, seconds);
          return forest;
        }
      } finally {
        redis.jedis().del(key);
      }
    }
  }

  private List<Forest> build(int from, int to) {
    return IntStream.range(from, to)
        .parallel()
        .mapToObj(
            campaign -> {
              Forest forest = campaigns.forest(campaign);
              warmUp(forest);
              return forest;
            })
        .toList();
  }

  /** Has the forest make the tables that it answers by. */
  private void warmUp(Forest forest) {
    forest.evaluator().predictBatch(Arrays.asList(visitors).subList(0, BatchServer.MAX_BATCH));
  }

  private void measureBatches(List<Forest> forests) throws InterruptedException {
    BatchSizes sizes = new BatchSizes(forests, visitors, cores);
    sizes.perSecond(BatchServer.MAX_BATCH, options.trial()); // compiled from here on
    print("Forest evaluations a second and core, all cores busy, each batch on another forest:%n");
    TextTable table = new TextTable("rows a batch", "evaluations/s a core");
    for (int batch : BATCHES) {
      forestsPerSecond = sizes.perSecond(batch, options.trial().dividedBy(2));
      table.add(String.valueOf(batch), whole(forestsPerSecond / cores));
    }
    table.print(out);
  }

  /** The best trials: for each number of campaigns a request, and last those of a single one. */
  private List<Optional<Trial>> measureLoads(List<Forest> forests) {
    print(
        "%nOpen-loop load, gathered for %d ms: the highest rate found at which 99 %% are answered"
            + " within %d ms;%nthe last line is for requests that ask all %,d, and wait for the"
            + " slowest:%n",
        options.gather().toMillis(), options.limit().toMillis(), CASE_CAMPAIGNS);
    TextTable table =
        new TextTable(
            "campaigns held",
            "a request",
            "in time",
            "requests/s",
            "evaluations/s a core",
            "rows a batch",
            "p50",
            "p99",
            "p99.9",
            "max");
    List<Optional<Trial>> trials = new ArrayList<>();
    for (int perRequest : PER_REQUEST) {
      if (perRequest <= forests.size()) {
        trials.add(measureLoad(table, forests, perRequest, IN_TIME_PERCENT));
      } else {
        print("  %d campaigns a request: left out, %d are held%n", perRequest, forests.size());
      }
    }
    trials.add(measureLoad(table, forests.subList(0, 1), 1, EACH_IN_TIME_PERCENT));
    table.print(out);
    return trials;
  }

  private Optional<Trial> measureLoad(
      TextTable table, List<Forest> forests, int perRequest, double percent) {
    List<Trial> tried = new ArrayList<>();
    try (BatchServer server = new BatchServer(forests, cores, options.gather())) {
      OpenLoad load = new OpenLoad(server, visitors, forests.size(), perRequest);
      double expected = forestsPerSecond / perRequest;
      load.run(expected / 8, options.trial()); // warms this way of asking up
      Optional<Trial> best =
          RateSearch.search(
              expected,
              rate -> {
                Trial trial = load.run(rate, options.trial());
                checkedWrong += trial.answers().wrong(forests);
                tried.add(trial);
                return trial;
              },
              trial -> trial.holds(percent, options.limit()));
      draw(tried, forests.size(), perRequest);
      List<String> row =
          new ArrayList<>(
              List.of(
                  whole(forests.size()),
                  whole(perRequest),
                  String.format(Locale.ROOT, percent > 99.9 ? "%.3f %%" : "%.0f %%", percent)));
      row.addAll(
          best.map(trial -> figures(perRequest, trial))
              .orElse(List.of("none", "", "", "", "", "", "")));
      table.add(row.toArray(new String[0]));
      return best;
    }
  }

  /** Adds how late the answers of each rate were; without those that were given up. */
  private void draw(List<Trial> tried, int held, int perRequest) {
    List<Trial> answered =
        tried.stream()
            .filter(Trial::answered)
            .sorted(Comparator.comparingDouble(Trial::requestsPerSecond))
            .toList();
    chart.line(
        held == 1 ? "one campaign held" : perRequest + " of " + held + " a request",
        answered.stream()
            .mapToDouble(trial -> trial.requestsPerSecond() * perRequest / cores)
            .toArray(),
        answered.stream().mapToDouble(trial -> trial.nanos(99) / 1e6).toArray());
  }

  private List<String> figures(int perRequest, Trial trial) {
    return List.of(
        whole(trial.requestsPerSecond()),
        whole(trial.requestsPerSecond() * perRequest / cores),
        String.format(Locale.ROOT, "%.1f", trial.answers().rowsPerBatch()),
        millis(trial.nanos(50)),
        millis(trial.nanos(99)),
        millis(trial.nanos(99.9)),
        millis(trial.nanos(100)));
  }

  private void printMachines(List<Optional<Trial>> trials, long campaignBytes) {
    Fleet fleet =
        new Fleet(
            CASE_CAMPAIGNS, CASE_REQUESTS_PER_SECOND, Memory.campaignsOfMachine(campaignBytes));
    print(
        "%n20,000 requests/s and 1,000 campaigns need, of machines like this one (%d cores,"
            + " %.0f GiB):%n",
        cores, Memory.machineBytes() / 0x1p30);
    TextTable table = new TextTable("reading", "by speed", "by memory", "machines", "cores");
    trials
        .get(0)
        .ifPresent(
            trial -> add(table, "one forest", fleet.oneForestARequest(trial.requestsPerSecond())));
    trials
        .get(trials.size() - 1)
        .ifPresent(
            trial ->
                add(table, "every forest", fleet.everyForestARequest(trial.requestsPerSecond())));
    table.print(out);
    if (isOtherCase()) {
      print("These forests, or this limit, are not those of the case: see the options.%n");
    }
    print("%n");
  }

  private boolean isOtherCase() {
    return options.trees() != 15_000
        || options.depth() != 7
        || options.limit().toMillis() != CASE_MILLIS;
  }

  private void add(TextTable table, String reading, Machines machines) {
    table.add(
        reading,
        whole(machines.bySpeed()),
        whole(machines.byMemory()),
        whole(machines.needed()),
        whole(machines.needed() * cores));
  }

  private static String whole(double number) {
    return whole(Math.round(number));
  }

  private static String whole(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  private static String millis(long nanos) {
    return String.format(Locale.ROOT, "%.1f ms", nanos / 1e6);
  }
}
