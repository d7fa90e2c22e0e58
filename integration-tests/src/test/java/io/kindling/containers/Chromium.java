package io.kindling.containers;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;

/**
 * A headless Chromium with one page, driven through its DevTools protocol over the JDK's own
 * WebSocket client. The browser is Debian's package {@code chromium}; {@code
 * -Dkindling.test.chromium} names another one.
 */
final class Chromium implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private final Process process;
  private final WebSocket socket;
  private final AtomicInteger ids = new AtomicInteger();
  private final Map<Integer, CompletableFuture<JsonNode>> replies = new ConcurrentHashMap<>();
  private final List<String> complaints = java.util.Collections.synchronizedList(new ArrayList<>());

  private Chromium(Process process, String page) {
    this.process = process;
    socket = HTTP.newWebSocketBuilder().buildAsync(URI.create(page), new Listener()).join();
    call("Page.enable", Map.of());
    call("Runtime.enable", Map.of());
    call("Log.enable", Map.of());
  }

  /** Starts one. */
  static Chromium start(Path profile, int width, int height) {
    String program = System.getProperty("kindling.test.chromium", "chromium");
    try {
      Process process =
          new ProcessBuilder(
                  program,
                  "--headless=new",
                  "--no-sandbox", // It runs as root in containers, and sees this machine's page
                  // only.
                  "--disable-gpu",
                  "--disable-dev-shm-usage",
                  "--disable-background-networking",
                  "--no-first-run",
                  "--hide-scrollbars",
                  "--force-color-profile=srgb",
                  "--remote-debugging-port=0",
                  "--user-data-dir=" + profile,
                  "--window-size=" + width + "," + height,
                  "about:blank")
              .redirectErrorStream(true)
              .start();
      String browser = devTools(process);
      String list = "http://" + URI.create(browser).getAuthority() + "/json/list";
      for (JsonNode target : JSON.readTree(get(list))) {
        if (target.path("type").asText().equals("page")) {
          return new Chromium(process, target.path("webSocketDebuggerUrl").asText());
        }
      }
      throw new IllegalStateException("Chromium has no page");
    } catch (IOException e) {
      throw new UncheckedIOException(
          "Cannot start '" + program + "': install Debian's package chromium", e);
    }
  }

  private static String devTools(Process process) throws IOException {
    BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
    StringBuilder said = new StringBuilder();
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.startsWith("DevTools listening on ")) {
        Thread rest = new Thread(() -> skip(lines), "chromium output");
        rest.setDaemon(true);
        rest.start();
        return line.substring("DevTools listening on ".length());
      }
      said.append(line).append('\n');
    }
    throw new IOException("it ended: " + said);
  }

  /** So that its pipe never fills. */
  private static void skip(BufferedReader lines) {
    try {
      while (lines.readLine() != null) {}
    } catch (IOException e) {
      return; // It was closed.
    }
  }

  private static String get(String uri) throws IOException {
    try {
      return HTTP.send(HttpRequest.newBuilder(URI.create(uri)).build(), BodyHandlers.ofString())
          .body();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Messages of the protocol, which may come in parts. */
  private final class Listener implements WebSocket.Listener {
    private final StringBuilder message = new StringBuilder();

    @Override
    public CompletionStage<?> onText(WebSocket webSocket, CharSequence part, boolean last) {
      message.append(part);
      if (last) {
        accept(message.toString());
        message.setLength(0);
      }
      webSocket.request(1);
      return CompletableFuture.completedFuture(null);
    }
  }

  private void accept(String text) {
    JsonNode message;
    try {
      message = JSON.readTree(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    CompletableFuture<JsonNode> reply = replies.remove(message.path("id").asInt(-1));
    if (reply != null) {
      reply.complete(message);
      return;
    }
    switch (message.path("method").asText()) {
      case "Runtime.exceptionThrown" ->
          complaints.add(message.at("/params/exceptionDetails").toString());
      case "Log.entryAdded" -> {
        String level = message.at("/params/entry/level").asText();
        if (level.equals("error")) {
          complaints.add(message.at("/params/entry/text").asText());
        }
      }
      default -> {}
    }
  }

  private JsonNode call(String method, Map<String, ?> parameters) {
    int id = ids.incrementAndGet();
    CompletableFuture<JsonNode> reply = new CompletableFuture<>();
    replies.put(id, reply);
    try {
      socket
          .sendText(
              JSON.writeValueAsString(Map.of("id", id, "method", method, "params", parameters)),
              /* last= */ true)
          .join();
      JsonNode answer = reply.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
      if (answer.has("error")) {
        throw new IllegalStateException(method + ": " + answer.path("error"));
      }
      return answer.path("result");
    } catch (IOException | InterruptedException | ExecutionException | TimeoutException e) {
      throw new IllegalStateException("Chromium does not answer to " + method, e);
    }
  }

  /** What the page's script threw, and errors of its console, such as breaches of its policy. */
  List<String> complaints() {
    return List.copyOf(complaints);
  }

  void open(URI address) {
    call("Page.navigate", Map.of("url", address.toString()));
    await("document.readyState === 'complete'");
  }

  /** The colours and the size that the page is asked for. */
  void appear(String scheme, int width, int height) {
    call(
        "Emulation.setEmulatedMedia",
        Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
    call(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
  }

  /** The value of an expression of JavaScript. */
  JsonNode evaluate(String expression) {
    JsonNode result =
        call("Runtime.evaluate", Map.of("expression", expression, "returnByValue", true));
    if (result.has("exceptionDetails")) {
      throw new IllegalStateException(expression + ": " + result.path("exceptionDetails"));
    }
    return result.path("result").path("value");
  }

  /** Waits until an expression is true. */
  void await(String expression) {
    Awaitility.await(expression).atMost(LIMIT).until(() -> evaluate(expression).asBoolean());
  }

  /** Presses the mouse where an element is; it has to be visible there. */
  void click(String selector) {
    String quoted = quoted(selector);
    await("Boolean(document.querySelector(" + quoted + "))");
    JsonNode at =
        evaluate(
            "(() => { const e = document.querySelector("
                + quoted
                + "); e.scrollIntoView({block: 'center'}); const r = e.getBoundingClientRect();"
                + " const x = r.left + r.width / 2, y = r.top + r.height / 2;"
                + " const top = document.elementFromPoint(x, y);"
                + " return {x, y, hit: e === top || e.contains(top)}; })()");
    if (!at.path("hit").asBoolean()) {
      throw new IllegalStateException("Nobody can click " + selector + ": something covers it");
    }
    for (String type : List.of("mousePressed", "mouseReleased")) {
      call(
          "Input.dispatchMouseEvent",
          Map.of(
              "type",
              type,
              "x",
              at.path("x").asDouble(),
              "y",
              at.path("y").asDouble(),
              "button",
              "left",
              "clickCount",
              1));
    }
  }

  /** Types into what has the focus, after what is selected there is gone. */
  void type(String selector, String text) {
    click(selector);
    evaluate("document.querySelector(" + quoted(selector) + ").select()");
    call("Input.insertText", Map.of("text", text));
  }

  private static String quoted(String text) {
    try {
      return JSON.writeValueAsString(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Keeps what the whole page looks like. */
  void screenshot(Path file) {
    JsonNode image =
        call("Page.captureScreenshot", Map.of("format", "png", "captureBeyondViewport", true));
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      Files.write(file, Base64.getDecoder().decode(image.path("data").asText()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    socket.abort();
    process.descendants().forEach(ProcessHandle::destroy);
    process.destroy();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
