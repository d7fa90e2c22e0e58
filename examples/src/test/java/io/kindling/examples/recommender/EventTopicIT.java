package io.kindling.examples.recommender;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.core.testing.TestRedis;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import kafka.testkit.KafkaClusterTestKit;
import kafka.testkit.TestKitNodes;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The stream of the program through a Kafka in this JVM. */
@Tag("local")
class EventTopicIT {

  private static final String TOPIC = "film-ratings";
  private static final int PARTITIONS = 12;

  @TempDir private Path folder;

  private final TestRedis redis = TestRedis.shared();

  @Test
  void run_topicOfTwelvePartitions_learnsEveryEventOnce() throws Exception {
    SmallRatings.write(folder);
    ByteArrayOutputStream printed = new ByteArrayOutputStream();

    int code;
    KafkaClusterTestKit kafka = startKafka();
    try {
      try (Admin admin = Admin.create(kafka.clientProperties())) {
        admin.createTopics(List.of(new NewTopic(TOPIC, PARTITIONS, (short) 1))).all().get();
      }
      code =
          AdaptiveRecommender.run(
              new PrintStream(printed, /* autoFlush= */ true, UTF_8),
              "--data",
              folder.toString(),
              "--weeks",
              "1",
              "--live-weeks",
              "1000",
              "--user",
              "7",
              "--chart",
              folder.resolve("chart.svg").toString(),
              "--redis",
              redis.uri(),
              "--kafka",
              kafka.bootstrapServers());
    } finally {
      kafka.close();
    }

    assertThat(code).isZero();
    assertThat(printed.toString(UTF_8))
        .contains("from Kafka's topic " + TOPIC)
        .containsPattern(
            "\n600 events learned in \\d+ batches; 0 without an id, 0 out of range, 0 ")
        .contains("user 7 is offered now");
    assertThat(redis.ask("KEYS", "*{films-*")).isEqualTo("[]");
  }

  private static KafkaClusterTestKit startKafka() throws Exception {
    TestKitNodes nodes =
        new TestKitNodes.Builder()
            .setNumBrokerNodes(1)
            .setNumControllerNodes(1)
            .setCombined(true)
            .build();
    KafkaClusterTestKit kafka = new KafkaClusterTestKit.Builder(nodes).build();
    kafka.format();
    kafka.startup();
    kafka.waitForReadyBrokers();
    return kafka;
  }
}
