package io.kindling.ml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.kindling.ml.format.ModelFormatException;
import io.kindling.ml.step.HandleInvalid;
import io.kindling.ml.step.ImputerStep;
import io.kindling.ml.step.IndexToStringStep;
import io.kindling.ml.step.OneHotEncoderStep;
import io.kindling.ml.step.StringIndexerStep;
import io.kindling.ml.step.VectorAssemblerStep;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

/** The bytes of a pipeline with every kind of step. */
class PipelineCodecTest {

  private static final long SEED = new Random().nextLong();

  private static final Map<String, Object> ROW = Map.of("sex", "female", "age", 40.0, "class", 3);

  private static final Pipeline PIPELINE =
      new PipelineBuilder(
              List.of(
                  Column.of("sex", Column.Type.TEXT),
                  Column.of("age", Column.Type.DOUBLE),
                  Column.of("class", Column.Type.INTEGER),
                  Column.of("unused", Column.Type.TEXT)))
          .add(
              "sexes",
              List.of("sex"),
              List.of(Column.of("sexIndex", Column.Type.DOUBLE)),
              wiring ->
                  StringIndexerStep.ofTexts(wiring, List.of("male", "female"), HandleInvalid.KEEP))
          .add(
              "classes",
              List.of("class"),
              List.of(Column.of("classIndex", Column.Type.DOUBLE)),
              wiring ->
                  StringIndexerStep.ofNumbers(wiring, new double[] {3, 1, 2}, HandleInvalid.ERROR))
          .add(
              "ages",
              List.of("age"),
              List.of(Column.of("known", Column.Type.DOUBLE)),
              wiring -> new ImputerStep(wiring, Double.NaN, 29.5))
          .add(
              "places",
              List.of("sexIndex"),
              List.of(Column.vector("sexAt", 3)),
              wiring -> new OneHotEncoderStep(wiring, 2, 3, HandleInvalid.KEEP))
          .add(
              "features",
              List.of("known", "sexAt", "classIndex"),
              List.of(Column.vector("all", 5)),
              wiring ->
                  new VectorAssemblerStep(
                      wiring,
                      new int[] {VectorAssemblerStep.NUMBER, 3, VectorAssemblerStep.NUMBER},
                      HandleInvalid.SKIP))
          .add(
              "forest",
              List.of("all"),
              List.of(Column.of("prediction", Column.Type.DOUBLE)),
              wiring -> new ForestStep(wiring, forest()))
          .add(
              "names",
              List.of("prediction"),
              List.of(Column.of("fate", Column.Type.TEXT)),
              wiring -> new IndexToStringStep(wiring, List.of("drowned", "saved")))
          .build(List.of("fate"));

  private static Forest forest() {
    return Forest.builder(Aggregation.MEAN, 5, 0).tree(1).split(2, 0.5).leaf(0).leaf(1).build();
  }

  @Test
  void decode_encodedPipeline_givesAnEqualOneThatAnswersAlike() {
    Model decoded = Model.fromBytes(PIPELINE.toBytes());

    assertThat(decoded).isEqualTo(PIPELINE);
    assertThat(decoded.toBytes()).isEqualTo(PIPELINE.toBytes());
    Pipeline pipeline = (Pipeline) decoded;
    assertThat(pipeline.fields()).extracting(Column::name).containsExactly("sex", "age", "class");
    assertThat(pipeline.evaluator().transform(ROW))
        .containsEntry("all", FeatureVector.sparse(new int[] {0, 2}, new double[] {40, 1}))
        .containsEntry("fate", "saved");
  }

  @Test
  void decode_cutAnywhere_isRefused() {
    byte[] bytes = PIPELINE.toBytes();
    for (int length = 0; length < bytes.length; length++) {
      byte[] cut = Arrays.copyOf(bytes, length);
      assertThatExceptionOfType(ModelFormatException.class)
          .as("%d of %d bytes", length, bytes.length)
          .isThrownBy(() -> Model.fromBytes(cut));
    }
  }

  /** With a checksum that fits, so that the body itself is read. */
  @Test
  void decode_anyByteChanged_givesAModelOrARefusal() {
    System.out.println("PipelineCodecTest seed " + SEED);
    Random random = new Random(SEED);
    byte[] bytes = PIPELINE.toBytes();
    int refused = 0;
    for (int i = 12; i < bytes.length - 4; i++) {
      for (int k = 0; k < 8; k++) {
        byte[] changed = bytes.clone();
        changed[i] = (byte) random.nextInt(256);
        CRC32C crc = new CRC32C();
        crc.update(changed, 0, changed.length - 4);
        ByteBuffer.wrap(changed)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putInt(changed.length - 4, (int) crc.getValue());
        try {
          assertThat(Model.fromBytes(changed)).isInstanceOf(Pipeline.class);
        } catch (ModelFormatException e) {
          refused++;
        }
      }
    }
    assertThat(refused).isPositive();
  }

  @Test
  void forestFromBytes_ofAPipeline_isRefused() {
    assertThatExceptionOfType(ModelFormatException.class)
        .isThrownBy(() -> Forest.fromBytes(PIPELINE.toBytes()))
        .withMessage("Cannot decode forest: the bytes are a pipeline's");
  }
}
