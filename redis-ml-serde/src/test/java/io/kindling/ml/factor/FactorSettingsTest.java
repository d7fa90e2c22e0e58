package io.kindling.ml.factor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.kindling.ml.factor.FactorSettings.MeanPolicy;
import org.junit.jupiter.api.Test;

class FactorSettingsTest {

  @Test
  void defaults_arePinned() {
    FactorSettings settings = FactorSettings.builder().build();

    assertThat(settings.rank()).isEqualTo(16);
    assertThat(settings.learningRate()).isEqualTo(0.02);
    assertThat(settings.learningRateDecay()).isZero();
    assertThat(settings.biasLearningRate()).isEqualTo(0.02);
    assertThat(settings.regularization()).isEqualTo(0.05);
    assertThat(settings.biasRegularization()).isEqualTo(0.02);
    assertThat(settings.gradientClip()).isEqualTo(10);
    assertThat(settings.maxNorm()).isEqualTo(1_000);
    assertThat(settings.negatives()).isEqualTo(5);
    assertThat(settings.confidence()).isEqualTo(1);
    assertThat(settings.meanPolicy()).isEqualTo(MeanPolicy.RUNNING);
    assertThat(settings.seed()).isZero();
  }

  @Test
  void toBuilder_nothingChanged_givesTheSame() {
    FactorSettings settings =
        FactorSettings.builder()
            .rank(3)
            .learningRate(0.1)
            .learningRateDecay(0.2)
            .biasLearningRate(0.3)
            .regularization(0.4)
            .biasRegularization(0.5)
            .gradientClip(6)
            .maxNorm(7)
            .negatives(8)
            .confidence(9)
            .meanPolicy(MeanPolicy.ZERO)
            .seed(10)
            .build();

    assertThat(settings.toBuilder().build()).usingRecursiveComparison().isEqualTo(settings);
    assertThat(settings.learningRateAt(0)).isEqualTo(0.1);
    assertThat(settings.learningRateAt(5)).isEqualTo(0.05);
    assertThat(settings.biasLearningRateAt(5)).isEqualTo(0.15);
  }

  @Test
  void settings_outOfRange_sayWhatIsAllowed() {
    FactorSettings.Builder builder = FactorSettings.builder();

    refused(() -> builder.rank(0), "rank 0, allowed is 1 to 4096");
    refused(() -> builder.rank(4_097), "rank 4097, allowed is 1 to 4096");
    refused(() -> builder.learningRate(0), "learning rate 0.0, allowed is above 0 to 1");
    refused(() -> builder.learningRate(Double.NaN), "learning rate NaN, allowed is above 0 to 1");
    refused(() -> builder.learningRateDecay(-1), "learning rate decay -1.0, allowed is 0 or more");
    refused(() -> builder.biasLearningRate(1.5), "bias learning rate 1.5, allowed is 0 to 1");
    refused(
        () -> builder.regularization(Double.POSITIVE_INFINITY),
        "regularization Infinity, allowed is 0 or more");
    refused(() -> builder.biasRegularization(-1), "bias regularization -1.0, allowed is 0 or more");
    refused(() -> builder.gradientClip(0), "gradient clip 0.0, allowed is above 0");
    refused(() -> builder.maxNorm(0), "norm 0.0, allowed is above 0");
    refused(() -> builder.negatives(-1), "-1 negatives, allowed is 0 to 1000");
    refused(() -> builder.confidence(-1), "confidence -1.0, allowed is 0 or more");
  }

  private static void refused(Runnable setting, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(setting::run)
        .withMessage("Cannot learn with " + message);
  }
}
