package io.kindling.testing;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The standalone master.
 *
 * @param url to give to applications
 * @param ui of its page
 */
record MasterProcess(String url, String ui) {
  private static final Pattern URL =
      Pattern.compile("Starting Spark master at (spark://127\\.0\\.0\\.1:\\d+)");
  private static final Pattern UI_PORT =
      Pattern.compile("MasterWebUI .*started at http://\\S+:(\\d+)");
  private static final int TIMEOUT_MILLIS = 20_000;

  static MasterProcess of(JvmProcess process) {
    return new MasterProcess(
        process.awaitInLog(URL), "http://127.0.0.1:" + process.awaitInLog(UI_PORT));
  }

  int aliveWorkers() {
    return state().get("aliveworkers").getAsInt();
  }

  /** Spark's word for it, or an empty one if the master does not know the driver. */
  String driverState(String driverId) {
    JsonObject state = state();
    for (String list : List.of("activedrivers", "completeddrivers")) {
      for (JsonElement driver : state.getAsJsonArray(list)) {
        if (driver.getAsJsonObject().get("id").getAsString().equals(driverId)) {
          return driver.getAsJsonObject().get("state").getAsString();
        }
      }
    }
    return "";
  }

  private JsonObject state() {
    try {
      URLConnection connection = URI.create(ui + "/json/").toURL().openConnection();
      connection.setConnectTimeout(TIMEOUT_MILLIS);
      connection.setReadTimeout(TIMEOUT_MILLIS);
      try (var reader =
          new InputStreamReader(connection.getInputStream(), StandardCharsets.UTF_8)) {
        return JsonParser.parseReader(reader).getAsJsonObject();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot ask the master at " + ui, e);
    }
  }
}
