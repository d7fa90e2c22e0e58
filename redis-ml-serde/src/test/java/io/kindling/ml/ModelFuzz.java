package io.kindling.ml;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.kindling.core.testing.FuzzTarget;
import io.kindling.ml.format.ModelFormatException;
import io.kindling.ml.step.HandleInvalid;
import io.kindling.ml.step.RowRefusedException;
import io.kindling.ml.step.RowSkippedException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * What a model's hash holds. The first byte tells what follows: 'f' the body of a forest, 'p' that
 * of a pipeline, both put into an envelope whose checksum fits, 'm' metadata, else bytes as they
 * are. Bytes give a model that is written again as it was read and answers a row, or the one
 * exception, and take no more memory than a multiple of their length.
 */
final class ModelFuzz implements FuzzTarget {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final long FREE_BYTES = 8 << 20;
  private static final long BYTES_EACH = 20_000;

  /** A vector of so many elements may be asked for; a row of it is made only up to here. */
  private static final int MAX_ELEMENTS = 100_000;

  @Override
  public @Nullable String accept(byte[] input) {
    if (input.length == 0) {
      return null;
    }
    byte[] rest = Arrays.copyOfRange(input, 1, input.length);
    try {
      switch (input[0]) {
        case 'm' -> checkMetadata(new String(rest, StandardCharsets.UTF_8));
        case 'f' -> checkModel(enveloped(1, rest));
        case 'p' -> checkModel(enveloped(2, rest));
        default -> checkModel(rest);
      }
    } catch (ModelFormatException e) {
      assertThat(e.getMessage()).startsWith("Cannot ");
    }
    return null;
  }

  private static void checkMetadata(String json) {
    ModelMetadata metadata = ModelMetadata.parse(json, "field 'v1'");
    assertThat(ModelMetadata.parse(metadata.toJson(), "field 'v1'").toJson())
        .isEqualTo(metadata.toJson());
  }

  private static void checkModel(byte[] bytes) {
    Model model;
    try {
      model =
          Model.fromBytes(bytes); // Loads classes, for which Jazzer takes memory of this thread.
    } finally {
      checkMemory(bytes);
    }
    assertThat(Model.fromBytes(model.toBytes())).isEqualTo(model);
    if (model instanceof Forest forest) {
      assertThat(forest.evaluator().explain(FeatureVector.sparse(new int[0], new double[0])))
          .isNotNull();
    } else if (model instanceof Pipeline pipeline) {
      answer(pipeline);
    }
  }

  private static void checkMemory(byte[] bytes) {
    long before = THREADS.getCurrentThreadAllocatedBytes();
    try {
      Model.fromBytes(bytes);
    } catch (ModelFormatException e) {
      // It takes memory, too.
    }
    assertThat(THREADS.getCurrentThreadAllocatedBytes() - before)
        .as("bytes allocated for %d", bytes.length)
        .isLessThan(FREE_BYTES + BYTES_EACH * bytes.length);
  }

  private static void answer(Pipeline pipeline) {
    if (pipeline.computed().stream().anyMatch(column -> column.size() > MAX_ELEMENTS)) {
      return;
    }
    PipelineEvaluator evaluator = pipeline.evaluator();
    for (int i = 0; i < 3; i++) {
      try {
        evaluator.transform(row(pipeline, i));
      } catch (RowRefusedException | RowSkippedException e) {
        assertThat(e.getMessage()).isNotBlank();
      }
    }
  }

  private static Map<String, @Nullable Object> row(Pipeline pipeline, int number) {
    Map<String, @Nullable Object> row = new HashMap<>();
    for (Column field : pipeline.fields()) {
      row.put(field.name(), number == 0 ? null : value(field, number));
    }
    return row;
  }

  private static @Nullable Object value(Column field, int number) {
    return switch (field.type()) {
      case BOOLEAN -> number == 1;
      case INTEGER -> (long) number;
      case FLOAT -> (float) number;
      case DOUBLE -> (double) number;
      case TEXT -> "text " + number;
      case TEXTS -> List.of("text", "text " + number);
      case VECTOR ->
          field.size() > MAX_ELEMENTS
              ? null
              : number == 1
                  ? FeatureVector.sparse(new int[0], new double[0])
                  : FeatureVector.dense(new double[field.size()]);
    };
  }

  /** Length and checksum that fit, so that the body is read. */
  static byte[] enveloped(int kind, byte[] body) {
    ByteBuffer bytes = ByteBuffer.allocate(16 + body.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.put(new byte[] {'K', 'N', 'D', 'L', 1, (byte) kind, 0, 0}).putInt(body.length).put(body);
    CRC32C crc = new CRC32C();
    crc.update(bytes.array(), 0, 12 + body.length);
    return bytes.putInt((int) crc.getValue()).array();
  }

  /** Of an encoded model. */
  static byte[] body(byte[] bytes) {
    return Arrays.copyOfRange(bytes, 12, bytes.length - 4);
  }

  @Override
  public Collection<byte[]> seeds() {
    var seeds = new ArrayList<byte[]>();
    Random random = new Random(1);
    for (Aggregation aggregation : Aggregation.values()) {
      seeds.add(seed('f', body(RandomForests.next(random, aggregation).toBytes())));
    }
    seeds.add(seed(' ', RandomForests.next(random).toBytes()));
    for (Pipeline pipeline :
        List.of(
            ServedPipelines.fate(HandleInvalid.SKIP),
            ServedPipelines.assembled(),
            ServedPipelines.linear(3),
            ServedPipelines.ofCosines(RandomForests.next(random)))) {
      seeds.add(seed('p', body(pipeline.toBytes())));
    }
    seeds.add(seed('m', metadata().toJson().getBytes(StandardCharsets.UTF_8)));
    return seeds;
  }

  private static ModelMetadata metadata() {
    return new ModelMetadata(
        3,
        List.of("0".repeat(40)),
        1,
        2,
        2,
        new ModelMetadata.OfPipeline(
            List.of(Column.of("Sex", Column.Type.TEXT), Column.vector("measures", 2)),
            List.of("sex_4f2a"),
            7),
        EnumSet.of(ModelRuntime.JVM),
        3_000_000,
        1e-9,
        Instant.EPOCH,
        List.of(
            new ModelMetadata.Golden(
                Map.of("Sex", "male", "measures", FeatureVector.dense(1, Double.NaN)),
                Prediction.of(1, "died", new double[] {1, 2}, new double[] {0.25, 0.75}))),
        Map.of("auc", 0.9));
  }

  static byte[] seed(char kind, byte[] bytes) {
    return ByteBuffer.allocate(1 + bytes.length).put((byte) kind).put(bytes).array();
  }
}
