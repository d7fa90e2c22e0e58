package io.kindling.examples.service;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.kindling.core.Redis;
import io.kindling.ml.Column;
import io.kindling.ml.LiveModel;
import io.kindling.ml.Pipeline;
import io.kindling.ml.Prediction;
import io.kindling.ml.step.RowRefusedException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executors;

/**
 * A service that answers a pipeline's rows over HTTP and follows what is live, on the thin jar and
 * without Spark.
 */
public final class PlainService {

  private PlainService() {}

  /** Redis, the model, the port (0 for a free one). */
  public static void main(String[] args) throws IOException {
    Redis redis = Redis.connect(args[0]);
    LiveModel model = LiveModel.open(redis, args[1]);
    HttpServer server =
        HttpServer.create(new InetSocketAddress("127.0.0.1", Integer.parseInt(args[2])), 0);
    server.createContext("/predict", exchange -> answer(exchange, model));
    server.setExecutor(Executors.newFixedThreadPool(4));
    server.start();
    System.out.println(
        "http://127.0.0.1:" + server.getAddress().getPort() + "/predict answers " + model.version());
  }

  private static void answer(HttpExchange exchange, LiveModel model) throws IOException {
    String body;
    int status = 200;
    try {
      Prediction answer = model.predict(row(exchange.getRequestURI().getRawQuery(), model));
      body = answer.label().orElse(String.valueOf(answer.prediction())) + " " + answer.version();
    } catch (RowRefusedException | IllegalArgumentException e) {
      status = 400;
      body = e.getMessage();
    }
    byte[] bytes = (body + "\n").getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(bytes);
    }
  }

  /** The query's fields as the live model takes them; a field that is not given is null. */
  private static Map<String, Object> row(String query, LiveModel model) {
    Map<String, String> given = new HashMap<>();
    for (String pair : query == null ? new String[0] : query.split("&")) {
      String[] parts = pair.split("=", 2);
      given.put(decoded(parts[0]), parts.length == 2 ? decoded(parts[1]) : "");
    }
    Map<String, Object> row = new HashMap<>();
    for (Column field : ((Pipeline) model.model()).fields()) {
      String text = given.get(field.name());
      row.put(field.name(), text == null ? null : value(field.type(), text));
    }
    return row;
  }

  private static Object value(Column.Type type, String text) {
    return switch (type) {
      case BOOLEAN -> Boolean.valueOf(text);
      case INTEGER -> Long.valueOf(text);
      case FLOAT, DOUBLE -> Double.valueOf(text);
      default -> text;
    };
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }
}
