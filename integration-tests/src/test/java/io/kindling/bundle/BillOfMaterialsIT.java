package io.kindling.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.kindling.core.testing.DocBlock;
import java.nio.file.Files;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/**
 * The bill of materials beside the one jar tells of each library in it. Its plugin makes none where
 * Maven is offline; {@code .ci/run} requires one.
 */
@Tag("local")
@EnabledIf("isMade")
class BillOfMaterialsIT {
  private static final Pattern INCLUDED = Pattern.compile("<include>([\\w.-]+:[\\w.-]+)</include>");
  private static final Set<String> MODULES =
      Set.of(
          "io.kindling:kindling-core",
          "io.kindling:kindling-redis-ml-serde",
          "io.kindling:kindling-counters",
          "io.kindling:kindling-job-dispatcher");

  private static final String BILL = "bundle/target/kindling-spark.cdx.json";

  private final JsonObject bill = JsonParser.parseString(DocBlock.text(BILL)).getAsJsonObject();

  static boolean isMade() {
    return Files.exists(DocBlock.root().resolve(BILL));
  }

  @Test
  void components_ofTheJar_areThereWithVersionLicenceAndDigest() {
    var expected = new TreeSet<>(MODULES);
    INCLUDED
        .matcher(DocBlock.text("bundle/pom.xml"))
        .results()
        .forEach(m -> expected.add(m.group(1)));
    var components = new TreeMap<String, JsonObject>();
    for (JsonElement element : bill.getAsJsonArray("components")) {
      JsonObject component = element.getAsJsonObject();
      components.put(text(component, "group") + ":" + text(component, "name"), component);
    }

    assertThat(bill.get("bomFormat").getAsString()).isEqualTo("CycloneDX");
    assertThat(components.keySet()).containsAll(expected);
    assertThat(components)
        .allSatisfy(
            (name, component) -> {
              assertThat(text(component, "version")).as(name).isNotBlank();
              assertThat(list(component, "licenses")).as(name).isNotEmpty();
              assertThat(list(component, "hashes")).as(name).isNotEmpty();
            });
  }

  @Test
  void components_ofSpark_areNotThere() {
    assertThat(bill.toString()).doesNotContain("org.apache.spark", "org.scala-lang");
  }

  private static String text(JsonObject component, String name) {
    return component.get(name).getAsString();
  }

  private static List<JsonElement> list(JsonObject component, String name) {
    JsonArray array = component.getAsJsonArray(name);
    return array == null ? List.of() : array.asList();
  }
}
