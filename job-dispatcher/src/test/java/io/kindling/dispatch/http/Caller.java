package io.kindling.dispatch.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Somebody who calls the preview API with the JDK's client. */
final class Caller {
  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final URI address;
  private final @Nullable String token;

  Caller(URI address, @Nullable String token) {
    this.address = address;
    this.token = token;
  }

  HttpResponse<String> get(String path) {
    return call("GET", path, BodyPublishers.noBody());
  }

  HttpResponse<String> post(String json, String... headers) {
    return call("POST", "/preview", BodyPublishers.ofString(json), headers);
  }

  /** With JSON as its type, unless the headers say otherwise. */
  HttpResponse<String> call(String method, String path, BodyPublisher body, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(address.resolve(path))
            .timeout(Duration.ofSeconds(60))
            .setHeader("Content-Type", "application/json")
            .method(method, body);
    if (token != null) {
      request.setHeader("Authorization", "Bearer " + token);
    }
    for (int i = 0; i < headers.length; i += 2) {
      request.setHeader(headers[i], headers[i + 1]);
    }
    try {
      return CLIENT.send(request.build(), BodyHandlers.ofString());
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(method + " " + path, e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  static JsonNode json(HttpResponse<String> response) {
    return json(response.body());
  }

  static JsonNode json(String text) {
    try {
      return MAPPER.readTree(text);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(text, e);
    }
  }

  /** The body of a query, all in ASCII, so that half a surrogate pair gets through as well. */
  static String query(String dataset, String where, int rows) {
    StringBuilder json = new StringBuilder("{\"dataset\":\"" + dataset + "\",\"where\":\"");
    where
        .chars()
        .forEach(
            c -> {
              if (c < 0x20 || c > 0x7e || c == '"' || c == '\\') {
                json.append(String.format("\\u%04x", c));
              } else {
                json.append((char) c);
              }
            });
    return json.append("\",\"rows\":").append(rows).append('}').toString();
  }
}
