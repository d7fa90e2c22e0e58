package io.kindling.ml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.kindling.core.RedisReplyException;
import io.kindling.core.testing.OnTopologiesWithoutFunctions;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

/** The oldest Redis suffices for models that the JVM serves, and says what the others need. */
@OnTopologiesWithoutFunctions
class Models62IT extends ModelsContract {
  private static final String WHAT_TO_DO =
      "functions need Redis 7.0 or Valkey; else serve in the JVM";

  @Test
  void publish_forTheFunctions_storesNothingAndSaysWhatIsNeeded() {
    ModelStore store = ModelStore.of(connect(admin()));

    assertThatExceptionOfType(RedisReplyException.UnknownCommand.class)
        .isThrownBy(() -> store.publish(name, constant(1)))
        .withMessageStartingWith("Cannot install function library kindling ")
        .withMessageEndingWith(WHAT_TO_DO);

    assertThat(connect(admin()).jedis().exists(ModelHash.key(name))).isFalse();
  }

  @Test
  void predictors_modelOfTheJvm_sayWhatIsNeeded() {
    ModelStore.of(connect(admin())).publish(name, constant(1), options().build());

    assertThatExceptionOfType(RedisReplyException.UnknownCommand.class)
        .isThrownBy(() -> Predictor.open(connect(admin()), name).predict(ZERO))
        .withMessageEndingWith(WHAT_TO_DO);
    assertThatExceptionOfType(CompletionException.class)
        .isThrownBy(
            () ->
                later(AsyncPredictor.open(admin(), name))
                    .predict(ZERO)
                    .toCompletableFuture()
                    .join())
        .withCauseInstanceOf(RedisReplyException.UnknownCommand.class)
        .withMessageEndingWith(WHAT_TO_DO);
  }
}
