package io.kindling.dispatch.http;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.kindling.core.KindlingException;
import io.kindling.core.NearestName;
import io.kindling.core.Redis;
import io.kindling.core.RedisConfig;
import io.kindling.core.RedisUnavailableException;
import io.kindling.dispatch.queue.QueueClient;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The preview API over HTTP: asks who comes, bounds what is sent, and answers errors in one shape.
 * Runs on threads of its own.
 */
public final class PreviewServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PreviewServer.class);
  private static final int BACKLOG = 128;
  private static final String BEARER = "Bearer ";
  private static final Pattern OF_ONE =
      Pattern.compile("/(preview|estimate|dead)/([A-Za-z0-9_.:-]{1,128})(/requeue)?");
  private static final Map<String, Set<String>> METHODS =
      Map.of(
          "/", Set.of("GET", "HEAD"),
          "/health", Set.of("GET", "HEAD"),
          "/metrics", Set.of("GET", "HEAD"),
          "/datasets", Set.of("GET", "HEAD"),
          "/status", Set.of("GET", "HEAD"),
          "/preview", Set.of("POST"),
          "/preview/{id}", Set.of("GET", "HEAD", "DELETE"),
          "/estimate/{id}", Set.of("GET", "HEAD"),
          "/dead/{id}/requeue", Set.of("POST"));

  private final PreviewServerOptions options;
  private final Redis redis;
  private final HttpServer server;
  private final BoundedExecutor executor;
  private final Metrics metrics;
  private final Endpoints endpoints;
  private final Page page = Page.load();

  private PreviewServer(
      PreviewServerOptions options, RedisConfig config, String queue, PreviewSource source)
      throws IOException {
    this.options = options;
    server = HttpServer.create(options.address(), BACKLOG);
    try {
      redis = Redis.connect(config);
    } catch (KindlingException e) {
      server.stop(0);
      throw e;
    }
    executor = new BoundedExecutor(options.threads(), options.longestExchange());
    metrics = new Metrics(queue, source);
    QueueClient client = new QueueClient(redis, queue);
    Queries queries = new Queries(client, options.maxDepth(), options.maxQueueDepth());
    endpoints = new Endpoints(queue, source, client, queries, metrics);
    server.setExecutor(executor);
    server.createContext("/", this::handle);
  }

  /**
   * Starts to listen.
   *
   * @param queue its name
   * @throws IllegalArgumentException if a token is for a tenant that the queue has not
   * @throws KindlingException if the port is taken
   * @throws RedisUnavailableException if Redis cannot be reached
   */
  public static PreviewServer start(
      PreviewServerOptions options, RedisConfig config, String queue, PreviewSource source) {
    Set<String> tenants = source.stats().tenants().keySet();
    for (String tenant : options.tenants()) {
      if (!tenants.contains(tenant)) {
        throw new IllegalArgumentException(
            "Cannot serve previews to tenant '%s': the queue has not that one; the nearest is '%s'"
                .formatted(tenant, NearestName.to(tenant, tenants)));
      }
    }
    try {
      PreviewServer preview = new PreviewServer(options, config, queue, source);
      preview.server.start();
      return preview;
    } catch (IOException e) {
      throw new KindlingException(
          "Cannot serve previews at " + options.address() + ": " + e.getMessage(), e);
    }
  }

  /** Where it listens, with the port that was free. */
  public URI address() {
    InetSocketAddress address = server.getAddress();
    InetAddress host = address.getAddress();
    String name = host.getHostAddress();
    return URI.create(
        "http://" + (name.contains(":") ? "[" + name + "]" : name) + ":" + address.getPort() + "/");
  }

  private void handle(HttpExchange exchange) {
    try (exchange) {
      Answer answer;
      try {
        answer = answer(exchange);
      } catch (HttpRefusal e) {
        answer = e.answer();
      } catch (RedisUnavailableException e) {
        LOG.warn("Cannot reach Redis for a preview", e);
        answer = HttpRefusal.tryLater(503, "Cannot reach Redis").answer();
      } catch (RuntimeException e) {
        LOG.error("Cannot answer {} {}", exchange.getRequestMethod(), path(exchange), e);
        answer = HttpRefusal.of(500, "Cannot answer: the driver's log says why").answer();
      }
      metrics.answered(answer.status());
      send(exchange, answer);
    } catch (IOException e) {
      LOG.debug("Cannot answer a client that has gone or was too slow", e);
    }
  }

  private Answer answer(HttpExchange exchange) throws IOException {
    String method = exchange.getRequestMethod().toUpperCase(Locale.ROOT);
    String path = path(exchange);
    Matcher one = OF_ONE.matcher(path);
    String id = one.matches() ? one.group(2) : "";
    String route = route(path, one);
    Set<String> methods = METHODS.get(route);
    if (methods == null) {
      throw HttpRefusal.of(404, "Cannot find this path");
    }
    if (!methods.contains(method)) {
      String allowed = String.join(", ", methods.stream().sorted().toList());
      throw HttpRefusal.with("Allow", allowed, 405, "Cannot do this here: allowed is " + allowed);
    }
    if (route.equals("/health")) {
      return endpoints.health();
    }
    checkOrigin(exchange.getRequestHeaders());
    if (route.equals("/")) {
      return page.answer();
    }
    Access access = access(exchange.getRequestHeaders());
    return switch (route) {
      case "/metrics" -> endpoints.metrics(access);
      case "/datasets" -> endpoints.datasets(access);
      case "/status" -> endpoints.status(access);
      case "/estimate/{id}" -> endpoints.estimate(access, id);
      case "/dead/{id}/requeue" -> endpoints.revive(access, id);
      case "/preview" -> {
        checkType(exchange.getRequestHeaders());
        String key = exchange.getRequestHeaders().getFirst("Idempotency-Key");
        yield endpoints.submit(access, key, body(exchange));
      }
      default ->
          method.equals("DELETE") ? endpoints.cancel(access, id) : endpoints.preview(access, id);
    };
  }

  private static String path(HttpExchange exchange) {
    return String.valueOf(exchange.getRequestURI().getRawPath());
  }

  private static String route(String path, Matcher one) {
    if (!one.matches()) {
      return path;
    }
    String tail = one.group(3) == null ? "" : one.group(3);
    return "/" + one.group(1) + "/{id}" + tail;
  }

  /**
   * Without tokens a request has to name loopback, and if a page sent it, this server's page: else
   * any page that somebody looks at on this machine could ask, by a name that it has pointed here.
   */
  private void checkOrigin(Headers headers) {
    if (options.tenantWithoutToken() == null) {
      return;
    }
    String host = String.valueOf(headers.getFirst("Host"));
    String origin = headers.getFirst("Origin");
    String name = host.replaceFirst(":\\d+$", "");
    if (!Set.of("localhost", "127.0.0.1", "[::1]").contains(name)
        || (origin != null && !origin.equals("http://" + host))) {
      throw HttpRefusal.of(403, "Cannot answer to other origins than this machine's");
    }
  }

  private Access access(Headers headers) {
    if (options.tenantWithoutToken() != null) {
      return new Access(options.tenantWithoutToken(), /* operator= */ true);
    }
    String given = headers.getFirst("Authorization");
    if (given != null && given.regionMatches(/* ignoreCase= */ true, 0, BEARER, 0, 7)) {
      var access = options.tokens().find(given.substring(BEARER.length()).trim());
      if (access.isPresent()) {
        return access.get();
      }
    }
    throw HttpRefusal.with(
        "WWW-Authenticate",
        "Bearer realm=\"kindling\"",
        401,
        "Cannot let you in: the header Authorization needs 'Bearer ' and a valid token");
  }

  private static void checkType(Headers headers) {
    String type = String.valueOf(headers.getFirst("Content-Type"));
    if (!type.matches("(?i)application/json\\s*(;\\s*charset=\"?utf-8\"?\\s*)?")) {
      throw HttpRefusal.with(
          "Accept-Post",
          "application/json",
          415,
          "Cannot read a body of this Content-Type: allowed is application/json");
    }
  }

  private byte[] body(HttpExchange exchange) throws IOException {
    int most = options.maxBodyBytes();
    String length = exchange.getRequestHeaders().getFirst("Content-Length");
    boolean tooLarge = length != null && (length.length() > 9 || Integer.parseInt(length) > most);
    byte[] body = tooLarge ? new byte[0] : exchange.getRequestBody().readNBytes(most + 1);
    if (tooLarge || body.length > most) {
      throw HttpRefusal.with(
          "Connection",
          "close",
          413,
          String.format("Cannot read the body: allowed are %,d bytes", most));
    }
    return body;
  }

  private static void send(HttpExchange exchange, Answer answer) throws IOException {
    Headers headers = exchange.getResponseHeaders();
    answer.headers().forEach(headers::set);
    headers.set("Cache-Control", "no-store");
    headers.set("X-Content-Type-Options", "nosniff");
    headers.set("Referrer-Policy", "no-referrer");
    headers.set("Cross-Origin-Resource-Policy", "same-origin");
    boolean bodiless = exchange.getRequestMethod().equalsIgnoreCase("HEAD");
    if (bodiless) {
      headers.set("Content-Length", String.valueOf(answer.body().length));
    }
    exchange.sendResponseHeaders(answer.status(), bodiless ? -1 : answer.body().length);
    if (!bodiless) {
      try (OutputStream out = exchange.getResponseBody()) {
        out.write(answer.body());
      }
    }
  }

  /** Stops at once; what it has pushed goes on. Further calls do nothing. */
  @Override
  public void close() {
    server.stop(0);
    executor.close();
    redis.close();
  }
}
