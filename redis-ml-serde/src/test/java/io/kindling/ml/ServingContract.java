package io.kindling.ml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kindling.core.Redis;
import io.kindling.core.RedisConfig;
import io.kindling.ml.step.HandleInvalid;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What must hold besides where the servers know functions: models are served inside of Redis. */
abstract class ServingContract extends ModelsContract {
  private static final Map<String, Object> WOMAN = Map.of("Sex", "female", "Age", 34, "Pclass", 3L);

  /** Who asks for predictions. */
  RedisConfig reader() {
    return admin();
  }

  @Override
  PublishOptions.Builder options() {
    return PublishOptions.builder();
  }

  private static <T> T get(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(60, TimeUnit.SECONDS);
  }

  private static List<FeatureVector> rows(int count) {
    Random random = new Random(11);
    return random
        .doubles(count)
        .mapToObj(x -> FeatureVector.dense(x, random.nextGaussian(), random.nextGaussian()))
        .toList();
  }

  private void publish(Model model, PublishOptions options) {
    ModelStore.of(connect(publisher())).publish(name, model, options);
  }

  @Test
  @DisplayName("answers rows and batches")
  void predictor_forest_answersAsTheEvaluator() {
    publish(large(), options().build());
    double[] expected = large().evaluator().predictBatch(rows(300));

    Predictor predictor = Predictor.open(connect(reader()), name);

    assertThat(predictor.predictBatch(rows(300))).isEqualTo(expected);
    for (int i = 0; i < 10; i++) {
      assertThat(predictor.predict(rows(300).get(i))).isEqualTo(expected[i]);
      assertThat(predictor.explain(rows(300).get(i)).version()).isEqualTo("v1");
    }
    assertThat(predictor.pinned("v1").predict(rows(1).get(0))).isEqualTo(expected[0]);
    assertThat(predictor.pinned("v1").predictBatch(rows(10))).hasSize(10);
  }

  @Test
  @DisplayName("answers rows and batches to the asynchronous client")
  void asyncPredictor_forest_answersAsTheEvaluator() throws Exception {
    publish(large(), options().build());
    double[] expected = large().evaluator().predictBatch(rows(300));

    AsyncPredictor predictor = later(AsyncPredictor.open(reader(), name));

    assertThat(get(predictor.predictBatch(rows(300)))).isEqualTo(expected);
    for (int i = 0; i < 10; i++) {
      assertThat(get(predictor.predict(rows(300).get(i)))).isEqualTo(expected[i]);
    }
    assertThat(get(predictor.explain(rows(1).get(0))).version()).isEqualTo("v1");
  }

  @Test
  @DisplayName("answers fields of a pipeline")
  void predictors_pipeline_answerAsItsEvaluator() throws Exception {
    Pipeline pipeline = ServedPipelines.fate(HandleInvalid.SKIP);
    publish(pipeline, options().golden(WOMAN).build());

    assertThat(Predictor.open(connect(reader()), name).predict(WOMAN))
        .isEqualTo(pipeline.predict(WOMAN).by("v1"));
    assertThat(get(later(AsyncPredictor.open(reader(), name)).predict(WOMAN)))
        .isEqualTo(pipeline.predict(WOMAN).by("v1"));
  }

  @Test
  @DisplayName("compiles a cold model while its first caller waits")
  void predictors_coldModel_waitUntilItIsCompiled() throws Exception {
    publish(large(), options().build());
    double expected = large().evaluator().predict(ZERO);
    AsyncPredictor asynchronous = later(AsyncPredictor.open(reader(), name));

    reinstall();
    assertThat(Predictor.open(connect(reader()), name).predict(ZERO)).isEqualTo(expected);
    reinstall();
    assertThat(get(asynchronous.predict(ZERO))).isEqualTo(expected);
  }

  /** Drops all that is compiled. */
  private void reinstall() {
    try (Redis admin = Redis.connect(admin())) {
      admin.masters().forEach(master -> master.jedis().functionFlush());
      admin.functions().ensure(ModelFunctions.LIBRARY);
      if (admin.config().readFromReplicas()) {
        admin.jedis().waitReplicas(ModelHash.key(name), 1, 5_000);
      }
    }
  }

  @Test
  @DisplayName("refuses what Redis answers otherwise than the publisher says")
  void publish_goldenRowDiffersInRedis_isRefused() {
    ModelStore store = ModelStore.of(connect(publisher()));
    store.publish(name, constant(1), options().build());
    PublishOptions wrong =
        options().golden(ZERO, Prediction.of(7, new double[0], new double[0])).build();

    assertThatThrownBy(() -> store.publish(name, constant(2), wrong))
        .isInstanceOf(ModelVerificationException.class);

    assertThat(Predictor.open(connect(reader()), name).predict(ZERO)).isEqualTo(1);
  }

  @Test
  @DisplayName("answers on when masters change")
  void predictors_mastersChangeMeanwhile_answer() throws Exception {
    publish(large(), options().build());
    double expected = large().evaluator().predict(ZERO);
    Predictor predictor = Predictor.open(connect(reader()), name);
    AsyncPredictor asynchronous = later(AsyncPredictor.open(reader(), name));
    assertThat(predictor.predict(ZERO)).isEqualTo(expected);
    assertThat(get(asynchronous.predict(ZERO))).isEqualTo(expected);

    if (canFailOver()) {
      failOver();
    }

    assertThat(predictor.predict(ZERO)).isEqualTo(expected);
    assertThat(get(asynchronous.predict(ZERO))).isEqualTo(expected);
  }
}
