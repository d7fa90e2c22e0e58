package io.kindling.ml.spark;

import dev.ludovic.netlib.lapack.LAPACK;
import io.kindling.ml.Column;
import io.kindling.ml.PipelineBuilder;
import io.kindling.ml.step.GaussianMixtureStep;
import io.kindling.ml.step.GaussianMixtureStep.Gaussian;
import io.kindling.ml.step.StepKind.Runtimes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.ml.clustering.GaussianMixtureModel;
import org.apache.spark.ml.stat.distribution.MultivariateGaussian;
import org.netlib.util.intW;

/** {@code GaussianMixtureModel}. */
final class GaussianMixtureConverter implements StageConverter {

  @Override
  public String stage() {
    return "GaussianMixtureModel";
  }

  @Override
  public Runtimes runtimes() {
    return Runtimes.JVM;
  }

  @Override
  public void convert(StageParams stage, PipelineBuilder pipeline) {
    GaussianMixtureModel model = stage.as(GaussianMixtureModel.class);
    MultivariateGaussian[] parts = model.gaussians();
    List<Gaussian> gaussians = new ArrayList<>();
    for (int i = 0; i < parts.length; i++) {
      gaussians.add(
          gaussian(stage, model.weights()[i], parts[i].mean().toArray(), parts[i].cov().toArray()));
    }
    AnswerColumns answer = AnswerColumns.of(stage);
    pipeline.expectSize(stage.text("featuresCol"), model.numFeatures());
    pipeline.add(
        stage.uid(),
        List.of(stage.text("featuresCol")),
        List.of(
            Column.of(answer.prediction(), Column.Type.INTEGER),
            Column.vector(answer.probability(), parts.length)),
        wiring -> new GaussianMixtureStep(wiring, gaussians));
    pipeline.answer(answer.prediction(), null, answer.probability());
  }

  /**
   * As Spark's MultivariateGaussian, which keeps them to itself: by the eigenvalues and vectors of
   * the covariance, from the same LAPACK; eigenvalues near 0 are left out.
   */
  private static Gaussian gaussian(
      StageParams stage, double weight, double[] mean, double[] covariance) {
    int size = mean.length;
    double[] vectors = covariance.clone();
    double[] values = new double[size];
    double[] work = new double[Math.max(1, 3 * size - 1)];
    intW info = new intW(0);
    LAPACK
        .getInstance()
        .dsyev("V", "L", size, vectors, Math.max(1, size), values, work, work.length, info);
    if (info.val != 0) {
      throw stage.failure("LAPACK finds no eigenvalues of a covariance, and says %d", info.val);
    }
    double negligible = Math.ulp(1.0) * Arrays.stream(values).max().orElse(0) * size;
    double logDeterminant = 0.0;
    double[] root = new double[size * size];
    double[] center = new double[size];
    for (int i = 0; i < size; i++) {
      double scale = values[i] > negligible ? Math.sqrt(1.0 / values[i]) : 0.0;
      logDeterminant += values[i] > negligible ? Math.log(values[i]) : 0.0;
      for (int k = 0; k < size; k++) {
        root[k * size + i] = scale * vectors[i * size + k];
        center[i] += root[k * size + i] * mean[k];
      }
    }
    double constant = -0.5 * (size * Math.log(2.0 * Math.PI) + logDeterminant);
    return new Gaussian(weight, constant, center, root);
  }
}
