package io.kindling.secrets;

import io.kindling.core.Redis;
import io.kindling.core.RedisConfig;
import io.kindling.counters.Counters;
import io.kindling.dispatch.CommandRequest;
import io.kindling.dispatch.Dispatcher;
import io.kindling.dispatch.SubmitClient;
import io.kindling.dispatch.http.PreviewServerOptions;
import io.kindling.ml.Aggregation;
import io.kindling.ml.AsyncPredictor;
import io.kindling.ml.FeatureVector;
import io.kindling.ml.Forest;
import io.kindling.ml.LiveModel;
import io.kindling.ml.ModelStore;
import io.kindling.ml.Predictor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/**
 * All that Kindling does with a password, in a JVM whose whole output is kept: every way to give
 * it, models, counters, a dispatcher with its preview API, every failure; then all pages of Spark's
 * UI.
 */
public final class SecretsRun {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final FeatureVector ROW = FeatureVector.dense(1);
  private static final List<String> PAGES =
      List.of(
          "/environment/",
          "/jobs/",
          "/stages/",
          "/stages/pools/",
          "/executors/",
          "/storage/",
          "/SQL/",
          "/metrics/json/",
          "/metrics/executors/prometheus/",
          "/api/v1/applications/%s/environment",
          "/api/v1/applications/%s/jobs",
          "/api/v1/applications/%s/stages?details=true",
          "/api/v1/applications/%s/allexecutors");

  private final Path folder;
  private final int port;
  private final int strangersPort;
  private final Map<String, RedisConfig> configs = new LinkedHashMap<>();

  private SecretsRun(Path folder, int port, int strangersPort) {
    this.folder = folder;
    this.port = port;
    this.strangersPort = strangersPort;
  }

  /** Called with a folder, the port of a server with the password, and of one with another. */
  public static void main(String[] args) throws Exception {
    new SecretsRun(Path.of(args[0]), Integer.parseInt(args[1]), Integer.parseInt(args[2])).run();
    System.out.println("THE END");
  }

  private void run() throws Exception {
    Map<String, String> pairs = pairs();
    configs.put("uri", RedisConfig.parse(uri("redis", port)));
    configs.put("pairs", RedisConfig.from(pairs));
    configs.put(
        "spark-redis",
        RedisConfig.from(
            Map.of(
                "spark.redis.host",
                "127.0.0.1",
                "spark.redis.port",
                "" + port,
                "spark.redis.auth",
                Secret.PASSWORD)));
    configs.put(
        "parameter", RedisConfig.parse("redis://127.0.0.1:" + port + "?password=" + encoded()));
    configs.put(
        "builder", RedisConfig.builder().node("127.0.0.1", port).password(Secret.PASSWORD).build());
    SparkConf conf =
        Dispatcher.configure(new SparkConf())
            .setMaster("local[2]")
            .setAppName("secrets")
            .set("spark.ui.enabled", "true")
            .set("spark.ui.port", "0")
            .set("spark.ui.prometheus.enabled", "true")
            .set("spark.eventLog.enabled", "true")
            .set("spark.eventLog.compress", "false")
            .set("spark.eventLog.dir", Files.createDirectories(folder.resolve("events")).toString())
            .set("spark.sql.shuffle.partitions", "2");
    pairs.forEach(conf::set);
    String warning = RedisConfig.redactionWarning(pairs).orElseThrow();
    conf.set("spark.redaction.regex", warning.substring(warning.indexOf("regex=") + 6));
    try (SparkSession spark = SparkSession.builder().config(conf).getOrCreate()) {
      for (Map.Entry<String, RedisConfig> config : configs.entrySet()) {
        tell(config.getKey(), config::getValue);
        serve(config.getKey(), config.getValue());
      }
      count(spark, config("pairs"));
      dispatch(spark);
      failures(spark);
      pages(spark);
    }
  }

  private RedisConfig config(String name) {
    return Objects.requireNonNull(configs.get(name));
  }

  /** Each key that holds a password, as one application would hardly have them all. */
  private Map<String, String> pairs() {
    Map<String, String> pairs = new LinkedHashMap<>();
    pairs.put("spark.kindling.redis.uri", uri("redis", port));
    pairs.put("spark.kindling.redis.password", Secret.PASSWORD);
    pairs.put("spark.kindling.redis.sentinel.password", Secret.PASSWORD);
    pairs.put("spark.kindling.redis.tls.trust-store-password", Secret.PASSWORD);
    pairs.put("spark.kindling.redis.tls.key-store-password", Secret.PASSWORD);
    pairs.put("spark.redis.auth", Secret.PASSWORD);
    return pairs;
  }

  private static String encoded() {
    return URLEncoder.encode(Secret.PASSWORD, StandardCharsets.UTF_8);
  }

  private static String uri(String scheme, int port) {
    return scheme + "://:" + encoded() + "@127.0.0.1:" + port;
  }

  private static void serve(String name, RedisConfig config) throws Exception {
    try (Redis redis = Redis.connect(config)) {
      tell("publish", () -> forest().publish(redis, name));
      tell(
          "models", () -> printed(ModelStore.of(redis), ModelStore.of(redis).describe(name, "v1")));
      Predictor predictor = Predictor.open(redis, name);
      tell("predict", () -> printed(predictor, predictor.predict(ROW)));
      tell("predict what is missing", () -> Predictor.open(redis, "none").predict(ROW));
      tell("a command's error", () -> redis.jedis().incr("kindling:model:{" + name + "}"));
      try (AsyncPredictor async = AsyncPredictor.open(config, name);
          LiveModel live = LiveModel.open(redis, name)) {
        tell("async", () -> printed(async, async.predict(ROW).toCompletableFuture().get()));
        tell("live", () -> printed(live, live.stats()));
      }
    }
  }

  /** What a log says of them, which is more than their class if one day they say more. */
  private static String printed(Object... objects) {
    return Arrays.toString(objects);
  }

  private static Forest forest() {
    return Forest.builder(Aggregation.MEAN, 1, 0).tree().split(0, 0.5).leaf(1).leaf(2).build();
  }

  private static void count(SparkSession spark, RedisConfig config) throws Exception {
    Counters counters = Counters.open(config, "secrets");
    JavaRDD<Integer> numbers = numbers(spark);
    counters
        .counted(
            "read",
            numbers,
            (row, task) -> {
              task.counter("rows").increment();
              return row;
            })
        .count();
    tell("counters", () -> printed(counters, counters.totals()));
  }

  private static JavaRDD<Integer> numbers(SparkSession spark) {
    return JavaSparkContext.fromSparkContext(spark.sparkContext())
        .parallelize(IntStream.range(0, 10).boxed().toList(), 2);
  }

  private void dispatch(SparkSession spark) throws Exception {
    try (Dispatcher dispatcher =
            Dispatcher.builder(spark, config("pairs"), "secrets")
                .tenant("web", 1)
                .dataset(
                    "people",
                    spark.range(100).selectExpr("id", "id % 9 age"),
                    folder.resolve("people").toString())
                .preview(
                    PreviewServerOptions.builder()
                        .operatorToken(Secret.TOKEN, "web")
                        .address("127.0.0.1", 0)
                        .build())
                .build();
        SubmitClient client = SubmitClient.builder(config("builder"), "secrets", "web").build()) {
      new Thread(dispatcher::run, "driver").start(); // Ends with the dispatcher.
      tell("dispatcher", () -> printed(dispatcher, client));
      for (String where : List.of("age < 3", "rand() < age")) {
        tell("count", () -> client.submit(ask(where)).await(LIMIT));
      }
      URI address = dispatcher.previewAddress().orElseThrow();
      tell("query", () -> post(address, "{\"dataset\":\"people\",\"where\":\"age < 3\"}"));
      tell("bad query", () -> post(address, "{\"dataset\":\"people\",\"where\":\"age <\"}"));
      for (String path : List.of("metrics", "status", "datasets", "health", "")) {
        tell(path, () -> get(address.resolve(path)));
      }
      tell("a password for a token", () -> http(address.resolve("status"), Secret.PASSWORD, null));
    }
  }

  private static CommandRequest ask(String where) {
    return CommandRequest.of("count").with("dataset", "people").with("where", where);
  }

  /** Each in both clients, where it concerns them. */
  private void failures(SparkSession spark) throws Exception {
    try (ServerSocket quoting = new ServerSocket(0, 8, InetAddress.getLoopbackAddress())) {
      Thread server = new Thread(() -> quote(quoting), "quoting");
      server.setDaemon(true);
      server.start();
      for (String resp : List.of("resp2", "resp3")) {
        String options = "?retry-for=0&protocol=" + resp;
        failure("wrong password", uri("redis", strangersPort) + options);
        failure("nobody there", uri("redis", 1) + options);
        failure("no TLS there", uri("rediss", port) + options);
        failure("no cluster there", uri("redis-cluster", port) + options);
        failure("no sentinel there", uri("redis-sentinel", port) + "/m" + options);
        quoting(uri("redis", quoting.getLocalPort()) + options);
      }
      String stores = "&tls.trust-store=" + folder.resolve("trust.p12");
      failure(
          "wrong password of a store",
          uri("rediss", port) + "?tls.trust-store-password=" + encoded() + stores);
    }
    String raw = Secret.PASSWORD;
    for (String bad :
        List.of(
            "redis://app:" + raw + "@h",
            "redis//app:" + raw + "@h",
            "app:" + raw,
            "redis://app:" + encoded() + "@h:x",
            "redis://app:" + encoded() + "@h/x",
            "redis://h?pasword=" + raw,
            "redis://h?" + encoded(),
            "nosuch://app:" + encoded() + "@h")) {
      tell("bad URI", () -> RedisConfig.parse(bad));
    }
    tell("unknown key", () -> RedisConfig.from(Map.of("spark.kindling.redis.pasword", raw)));
    tell(
        "user without host",
        () -> RedisConfig.builder().user("app").password(raw).database(-1).build());
    RedisConfig wrong = RedisConfig.parse(uri("redis", strangersPort) + "?retry-for=0");
    tell("counters without rights", () -> Counters.open(wrong, "secrets"));
    tell(
        "dispatcher without rights",
        () -> Dispatcher.builder(spark, wrong, "secrets").tenant("web", 1).build());
    tell(
        "a task without rights",
        () -> {
          numbers(spark).foreach(row -> Redis.connect(wrong).jedis().ping());
          return "";
        });
  }

  private static void failure(String what, String uri) throws Exception {
    RedisConfig config = RedisConfig.parse(uri);
    tell(
        what,
        () -> {
          try (Redis redis = Redis.connect(config)) {
            return redis.jedis().ping();
          }
        });
    tell(
        what + ", asynchronously",
        () -> {
          try (AsyncPredictor predictor = AsyncPredictor.open(config, "m")) {
            return predictor.predict(ROW).toCompletableFuture().get();
          }
        });
  }

  /** At DEBUG the clients' own loggers print what a server answers: docs/security.md. */
  private static void quoting(String uri) throws Exception {
    List<String> clients = List.of("redis.clients", "io.lettuce");
    clients.forEach(logger -> Configurator.setLevel(logger, Level.INFO));
    failure("arguments quoted", uri);
    clients.forEach(logger -> Configurator.setLevel(logger, Level.DEBUG));
  }

  /** As servers before Redis 6 and some proxies do: what they do not know they quote. */
  private static void quote(ServerSocket server) {
    byte[] buffer = new byte[1 << 16];
    while (!server.isClosed()) {
      try (Socket socket = server.accept()) {
        int length = socket.getInputStream().read(buffer);
        String command = new String(buffer, 0, Math.max(0, length), StandardCharsets.UTF_8);
        String arguments = command.replaceAll("\\s+", "' '");
        socket
            .getOutputStream()
            .write(
                ("-ERR unknown command 'HELLO', with args beginning with: '" + arguments + "'\r\n")
                    .getBytes(StandardCharsets.UTF_8));
      } catch (IOException e) {
        System.out.println("quoting: " + e);
      }
    }
  }

  private void pages(SparkSession spark) throws Exception {
    URI ui = URI.create(spark.sparkContext().uiWebUrl().get());
    int number = 0;
    for (String page : PAGES) {
      String path = String.format(page, spark.sparkContext().applicationId());
      HttpResponse<String> response =
          HttpClient.newHttpClient()
              .send(HttpRequest.newBuilder(ui.resolve(path)).build(), BodyHandlers.ofString());
      System.out.println("page " + path + ": " + response.statusCode());
      Files.writeString(folder.resolve("page-" + number++ + ".txt"), path + "\n" + response.body());
    }
  }

  private static String post(URI address, String body) throws Exception {
    return http(address.resolve("preview"), Secret.TOKEN, body);
  }

  private static String get(URI uri) throws Exception {
    return http(uri, Secret.TOKEN, null);
  }

  private static String http(URI uri, String token, @Nullable String body) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri)
            .header("Authorization", "Bearer " + token)
            .header("Content-Type", "application/json");
    if (body != null) {
      request.POST(BodyPublishers.ofString(body));
    }
    HttpResponse<String> response =
        HttpClient.newHttpClient().send(request.build(), BodyHandlers.ofString());
    return response.statusCode() + " " + response.headers().map() + " " + response.body();
  }

  /** Prints what comes of it, or what it throws with all causes. */
  @SuppressWarnings("CatchAndPrintStackTrace") // which is the point
  private static void tell(String what, Callable<?> call) {
    try {
      System.out.println("TOLD " + what + ": " + call.call());
    } catch (Exception e) {
      System.out.println("FAILED " + what);
      e.printStackTrace(System.out);
    }
  }
}
