package io.kindling.dispatch.http;

import static io.kindling.dispatch.http.Caller.json;
import static io.kindling.dispatch.http.Caller.query;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.kindling.core.KindlingException;
import io.kindling.core.testing.TestRedis;
import io.kindling.dispatch.queue.CommandQueue;
import io.kindling.dispatch.queue.Lease;
import io.kindling.dispatch.queue.QueueOptions;
import io.kindling.dispatch.queue.QueueStats;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The preview API by itself: the test is the driver, which does what it is told when it is. */
class PreviewServerIT {
  private static final TestRedis REDIS = TestRedis.shared();
  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final String WEB = "web-token-0123456789";
  private static final String OTHER = "other-token-0123456789";
  private static final String QUERY = query("people", "age = 1", 0);

  private CommandQueue queue;
  private final List<PreviewServer> servers = new ArrayList<>();

  @BeforeEach
  void open() {
    queue =
        CommandQueue.open(
            REDIS.config(),
            QueueOptions.builder(TestRedis.prefix() + "preview")
                .tenant("web", 1)
                .tenant("other", 1)
                .retries(0, Duration.ofMillis(10), Duration.ofMillis(10))
                .build());
  }

  @AfterEach
  void close() {
    servers.forEach(PreviewServer::close);
    queue.close();
  }

  private static PreviewServerOptions.Builder options() {
    return PreviewServerOptions.builder()
        .address("127.0.0.1", 0)
        .token(WEB, "web")
        .operatorToken(OTHER, "other");
  }

  private PreviewServer start(PreviewServerOptions.Builder options) {
    PreviewServer server =
        PreviewServer.start(
            options.build(), REDIS.config(), queue.options().queue(), new Source(queue));
    servers.add(server);
    return server;
  }

  private Caller web(PreviewServerOptions.Builder options) {
    return new Caller(start(options).address(), WEB);
  }

  /** A gate that lets everything through but one word. */
  private record Source(CommandQueue queue) implements PreviewSource {
    @Override
    public List<DatasetView> datasets(String tenant) {
      return List.of(new DatasetView("people", 1, 10, 0.5, new StructType().add("age", "int")));
    }

    @Override
    public void check(String tenant, String dataset, String where) {
      if (where.equals("bug")) {
        throw new IllegalStateException("secret of the driver");
      }
    }

    @Override
    public QueueStats stats() {
      return queue.stats();
    }

    @Override
    public List<Lease> leases() {
      return queue.leases();
    }

    @Override
    public List<PoolView> pools() {
      return List.of();
    }

    @Override
    public ScanFigures scans() {
      return new ScanFigures(0, 0, 0, 0, 0);
    }
  }

  private static String submit(Caller caller, String where, int rows) {
    HttpResponse<String> response = caller.post(query("people", where, rows));
    assertThat(response.statusCode()).as(response.body()).isEqualTo(202);
    return json(response).get("id").asText();
  }

  private static void assertError(HttpResponse<String> response, int status, String message) {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    assertThat(response.headers().firstValue("Content-Type")).hasValue("application/json");
    assertThat(response.body())
        .isEqualTo("{\"status\":%d,\"error\":\"%s\",\"position\":null}".formatted(status, message));
  }

  @Test
  void query_beforeAnyDriverHasSeenIt_isQueuedInEveryAnswer() {
    Caller web = web(options());
    String id = submit(web, "age = 1", 3);

    assertThat(web.get("/estimate/" + id).body())
        .isEqualTo(
            "{\"estimatedSize\":null,\"numRowsToRead\":null,\"rowsReadSoFar\":null,"
                + "\"rowsMatchedSoFar\":null,\"totalRows\":null,\"standardError\":null,"
                + "\"confidenceInterval\":null,\"state\":\"QUEUED\",\"error\":null}");
    assertThat(web.get("/preview/" + id).body())
        .isEqualTo(
            ("{\"id\":\"%s\",\"state\":\"QUEUED\",\"dataset\":null,\"where\":null,\"rows\":null,"
                    + "\"cut\":false,\"error\":null}")
                .formatted(id));
    assertError(
        web.call("DELETE", "/preview/" + id, BodyPublishers.noBody()),
        503,
        "Cannot cancel query '" + id + "' yet: no driver has admitted it");
  }

  @Test
  void query_asItsDriverWorks_isToldByEveryServerOfTheQueue() {
    String id = submit(web(options()), "age = 1", 2);
    Caller web = web(options());
    List<Lease> leases = queue.take(10);
    Lease count = only(leases, "count");

    queue.progress(
        Map.of(
            count,
            "{\"estimatedSize\":50,\"numRowsToRead\":100,\"rowsReadSoFar\":40,"
                + "\"rowsMatchedSoFar\":20,\"totalRows\":100,\"standardError\":2.5,"
                + "\"confidenceInterval\":[45,55]}"));
    assertThat(web.get("/estimate/" + id).body())
        .isEqualTo(
            "{\"estimatedSize\":50,\"numRowsToRead\":100,\"rowsReadSoFar\":40,"
                + "\"rowsMatchedSoFar\":20,\"totalRows\":100,\"standardError\":2.5,"
                + "\"confidenceInterval\":[45,55],\"state\":\"RUNNING\",\"error\":null}");

    queue.finish(only(leases, "preview"), "{\"rows\":[{\"age\":1}],\"cut\":true}");
    queue.fail(count, "Cannot count: on purpose");

    assertThat(web.get("/preview/" + id).body())
        .isEqualTo(
            ("{\"id\":\"%s\",\"state\":\"RESULT_READY\",\"dataset\":\"people\","
                    + "\"where\":\"age = 1\",\"rows\":[{\"age\":1}],\"cut\":true,\"error\":null}")
                .formatted(id));
    assertThat(web.get("/estimate/" + id).body())
        .endsWith("\"state\":\"FAILED\",\"error\":\"Cannot count: on purpose\"}");
  }

  private static Lease only(List<Lease> leases, String command) {
    return leases.stream().filter(l -> l.command().equals(command)).findFirst().orElseThrow();
  }

  @Test
  void delete_runningQuery_cancelsBothOfItsCommands() {
    Caller web = web(options());
    String id = submit(web, "age = 1", 2);
    assertThat(queue.take(10)).hasSize(2);

    HttpResponse<String> response = web.call("DELETE", "/preview/" + id, BodyPublishers.noBody());

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body()).isEqualTo("{\"id\":\"%s\",\"state\":\"CANCELLED\"}".formatted(id));
    assertThat(json(web.get("/estimate/" + id)).path("state").asText()).isEqualTo("CANCELLED");
    assertThat(json(web.get("/preview/" + id)).path("state").asText()).isEqualTo("CANCELLED");
  }

  @Test
  void query_moreThanMayWait_is429UntilThereIsRoom() {
    Caller web = web(options().maxDepths(1, 10));
    submit(web, "age = 1", 0);

    HttpResponse<String> full = web.post(query("people", "age = 2", 0));

    assertError(full, 429, "Cannot accept the query: too many wait already");
    assertThat(full.headers().firstValue("Retry-After")).hasValue("1");
    queue.take(10);
    submit(web, "age = 2", 0);
  }

  @Test
  void query_withoutRoomForItsRows_leavesNothingBehind() {
    Caller web = web(options().maxDepths(1, 10));

    assertThat(web.post(query("people", "age = 1", 5)).statusCode()).isEqualTo(429);

    assertThat(queue.take(10)).isEmpty();
  }

  @Test
  void requeue_deadCommand_isReadyAgain() {
    PreviewServer server = start(options());
    Caller web = new Caller(server.address(), WEB);
    Caller operator = new Caller(server.address(), OTHER);
    String id = submit(web, "age = 1", 0);
    queue.retryLater(queue.take(1).get(0), "on purpose");
    assertThat(json(web.get("/status")).path("deadCommands").findValuesAsText("id"))
        .containsExactly(id);
    assertThat(json(operator.get("/status")).path("deadCommands").path(0).path("where").asText())
        .isEqualTo("age = 1");

    HttpResponse<String> response =
        operator.call("POST", "/dead/" + id + "/requeue", BodyPublishers.noBody());

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body()).isEqualTo("{\"id\":\"%s\",\"state\":\"QUEUED\"}".formatted(id));
    assertThat(queue.take(1)).singleElement().extracting(Lease::id).isEqualTo(id);
    assertError(
        web.call("POST", "/dead/" + id + "/requeue", BodyPublishers.noBody()),
        409,
        "Cannot queue command '" + id + "' again: it is not dead");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "web-token-012345678", "web-token-01234567890", "WEB-TOKEN-0123456789"})
  void anyPath_wrongToken_is401AndSaysNothingOfTokens(String token) {
    Caller stranger = new Caller(start(options()).address(), token);

    for (String path : List.of("/status", "/datasets", "/metrics", "/estimate/x", "/preview/x")) {
      HttpResponse<String> response = stranger.get(path);
      assertError(
          response,
          401,
          "Cannot let you in: the header Authorization needs 'Bearer ' and a valid token");
      assertThat(response.headers().firstValue("WWW-Authenticate"))
          .hasValue("Bearer realm=\"kindling\"");
    }
    assertThat(stranger.post(QUERY).statusCode()).isEqualTo(401);
    assertThat(queue.take(1)).isEmpty();
  }

  @Test
  void anyPath_noTokenAtAll_is401() {
    Caller stranger = new Caller(start(options()).address(), null);

    assertThat(stranger.get("/status").statusCode()).isEqualTo(401);
    assertThat(
            stranger
                .call("GET", "/status", BodyPublishers.noBody(), "Authorization", "Basic " + WEB)
                .statusCode())
        .isEqualTo(401);
  }

  @ParameterizedTest
  @CsvSource({
    "PUT,    /preview,          POST",
    "GET,    /preview,          POST",
    "POST,   /preview/x,        'DELETE, GET, HEAD'",
    "DELETE, /estimate/x,       'GET, HEAD'",
    "GET,    /dead/x/requeue,   POST",
    "POST,   /,                 'GET, HEAD'",
    "PATCH,  /metrics,          'GET, HEAD'"
  })
  void anyPath_otherMethods_are405WithThoseThatAreAllowed(
      String method, String path, String allowed) {
    HttpResponse<String> response = web(options()).call(method, path, BodyPublishers.noBody());

    assertError(response, 405, "Cannot do this here: allowed is " + allowed);
    assertThat(response.headers().firstValue("Allow")).hasValue(allowed);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/x",
        "/preview/",
        "/preview/a/b",
        "/preview/a%0Ab",
        "/estimate",
        "/dead/x",
        "/.."
      })
  void anyPath_thatIsNone_is404(String path) {
    assertError(web(options()).get(path), 404, "Cannot find this path");
  }

  @ParameterizedTest
  @ValueSource(strings = {"text/plain", "application/x-www-form-urlencoded", "application/json5"})
  void query_ofAnotherType_is415(String type) {
    HttpResponse<String> response = web(options()).post(QUERY, "Content-Type", type);

    assertError(
        response, 415, "Cannot read a body of this Content-Type: allowed is application/json");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{                                         | it is not JSON: it ends too early",
        "[]                                        | it is an array: allowed is an object, as in"
            + " {\\\"command\\\":...}",
        "{\"where\":\"a\"}                         | 'dataset' is needed, a string",
        "{\"dataset\":\"people\"}                  | 'where' is needed, a string",
        "{\"dataset\":\"people\",\"where\":1}      | 'where' is needed, a string",
        "{\"dataset\":\"p\",\"where\":\"a\",\"row\":1} | there is no field of that name; the"
            + " nearest is 'rows'",
        "{\"dataset\":\"p\",\"where\":\"a\",\"rows\":1001} | 'rows' is to be a whole number from 0"
            + " to 1,000",
        "{\"dataset\":\"p\",\"where\":\"a\",\"rows\":-1} | 'rows' is to be a whole number from 0 to"
            + " 1,000",
        "{\"dataset\":\"p\",\"where\":\"a\",\"rows\":1.5} | 'rows' is to be a whole number from 0"
            + " to 1,000",
        "{\"dataset\":\"p\",\"where\":\"a\",\"tenant\":\"x\"} | there is no field of that name; the"
            + " nearest is 'dataset'",
        "{\"dataset\":\"p\",\"where\":\"a\",\"timeoutMillis\":0} | 'timeoutMillis' is to be a whole"
            + " number from 1 to 604,800,000",
      })
  void query_badBody_is400WithTheReason(String body, String reason) {
    assertError(web(options()).post(body), 400, "Cannot read the query: " + reason);
  }

  @Test
  void query_bytesThatAreNoUtf8_is400() {
    byte[] body = "{\"dataset\":\"p\",\"where\":\"\u00e9\"}".getBytes(StandardCharsets.ISO_8859_1);

    assertError(
        web(options()).call("POST", "/preview", BodyPublishers.ofByteArray(body)),
        400,
        "Cannot read the query: it is not UTF-8");
  }

  @Test
  void query_badIdempotencyKey_is400() {
    assertError(
        web(options()).post(QUERY, "Idempotency-Key", "a b"),
        400,
        "Cannot read the Idempotency-Key: allowed are 1 to 128 of A-Z a-z 0-9 _ . : -");
  }

  @Test
  void query_bodyThatIsTooLarge_is413WhetherItsLengthIsToldOrNot() {
    Caller web = web(options().maxBodyBytes(1_024));
    byte[] body = query("people", "x".repeat(2_000), 0).getBytes(StandardCharsets.UTF_8);

    String message = "Cannot read the body: allowed are 1,024 bytes";
    assertError(web.call("POST", "/preview", BodyPublishers.ofByteArray(body)), 413, message);
    assertError(
        web.call(
            "POST", "/preview", BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body))),
        413,
        message);
  }

  @Test
  void query_thatBreaksTheDriver_is500WithoutTheReason() {
    assertError(
        web(options()).post(query("people", "bug", 0)),
        500,
        "Cannot answer: the driver's log says why");
  }

  @Test
  void head_health_hasHeadersAlone() {
    HttpResponse<String> response = web(options()).call("HEAD", "/health", BodyPublishers.noBody());

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body()).isEmpty();
    assertThat(response.headers().firstValue("Content-Length")).hasValue("27");
  }

  @Test
  void page_forAnybody_mayRunItsOwnScriptAlone() {
    HttpResponse<String> response = new Caller(start(options()).address(), null).get("/");

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("Content-Type")).hasValue("text/html; charset=utf-8");
    assertThat(response.headers().firstValue("Content-Security-Policy").orElseThrow())
        .matches(
            "default-src 'none'; connect-src 'self'; img-src data:;"
                + " script-src 'sha256-[A-Za-z0-9+/=]{44}'; style-src 'sha256-[A-Za-z0-9+/=]{44}';"
                + " base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
    assertThat(response.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
    assertThat(response.body())
        .contains("<title>Kindling previews</title>")
        .doesNotContain("innerHTML", "insertAdjacentHTML", "document.write", "eval(", " style=\"")
        .doesNotContainPattern("(src|href)=\"(?!data:)");
  }

  @Test
  void withoutToken_requestsByAnotherNameOrOfAnotherPage_are403() throws IOException {
    PreviewServer server =
        start(PreviewServerOptions.builder().address("127.0.0.1", 0).withoutToken("web"));
    int port = server.address().getPort();

    assertThat(new Caller(server.address(), null).get("/status").statusCode()).isEqualTo(200);
    assertThat(raw(port, "GET /status HTTP/1.1\r\nHost: localhost:" + port + "\r\n\r\n"))
        .startsWith("HTTP/1.1 200 ");
    assertThat(raw(port, "GET /status HTTP/1.1\r\nHost: evil.example:" + port + "\r\n\r\n"))
        .startsWith("HTTP/1.1 403 ");
    assertThat(
            raw(
                port,
                "POST /dead/x/requeue HTTP/1.1\r\nHost: localhost:"
                    + port
                    + "\r\nOrigin: http://evil.example\r\nContent-Length: 0\r\n\r\n"))
        .startsWith("HTTP/1.1 403 ");
  }

  /** The status line. */
  private static String raw(int port, String request) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout((int) LIMIT.toMillis());
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readNBytes(40), StandardCharsets.US_ASCII);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "POST /preview HTTP/1.1\r\nHost: x\r\nX-Slow: ",
        "POST /preview HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
            + WEB
            + "\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n{\"da"
      })
  void slowClients_asManyAsThereAreThreads_areClosedAndOthersAnswered(String beginning)
      throws IOException {
    PreviewServer server = start(options().threads(2).longestExchange(Duration.ofMillis(300)));
    List<Socket> slow = new ArrayList<>();
    try {
      for (int i = 0; i < 6; i++) {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.address().getPort());
        socket.setSoTimeout((int) LIMIT.toMillis());
        socket.getOutputStream().write(beginning.getBytes(StandardCharsets.US_ASCII));
        slow.add(socket);
      }

      assertThat(new Caller(server.address(), null).get("/health").statusCode()).isEqualTo(200);
      for (Socket socket : slow) {
        assertThat(socket.getInputStream().read()).isEqualTo(-1);
      }
    } finally {
      for (Socket socket : slow) {
        socket.close();
      }
    }
    assertThat(new Caller(server.address(), null).get("/health").statusCode()).isEqualTo(200);
  }

  @Test
  void start_takenPortOrUnknownTenant_saysSo() {
    int port = start(options()).address().getPort();

    assertThatExceptionOfType(KindlingException.class)
        .isThrownBy(() -> start(options().address("127.0.0.1", port)))
        .withMessageContaining("Cannot serve previews at /127.0.0.1:" + port);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> start(options().token("a-third-token-0123456789", "wbe")))
        .withMessage(
            "Cannot serve previews to tenant 'wbe': the queue has not that one; the nearest is"
                + " 'web'");
  }
}
