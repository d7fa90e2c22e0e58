package io.kindling.ml.step;

import io.kindling.ml.format.ByteSink;
import io.kindling.ml.format.ByteSource;
import java.util.ArrayList;
import java.util.List;

/** A vector to a class by normal distributions: Spark's Gaussian {@code NaiveBayesModel}. */
public final class GaussianBayesStep implements Step {

  private final Wiring wiring;
  private final List<ClassOf> classes;
  private final ClassDecision decision;

  /** One class. */
  public static final class ClassOf {

    private final double logPrior;
    private final double logVariances;
    private final double[] means;
    private final double[] variances;

    /**
     * Of a feature's mean and variance each; takes over the arrays.
     *
     * @param logPrior logarithm of the class's share
     * @param logVariances sum of the variances' logarithms
     */
    public ClassOf(double logPrior, double logVariances, double[] means, double[] variances) {
      this.logPrior = logPrior;
      this.logVariances = logVariances;
      this.means = means;
      this.variances = variances;
    }

    private double raw(double[] features) {
      double sum = 0.0;
      for (int i = 0; i < means.length; i++) {
        double difference = features[i] - means[i];
        sum += difference * difference / variances[i];
      }
      return logPrior - (sum + logVariances) / 2;
    }
  }

  /** Of classes, all of the same number of features. */
  public GaussianBayesStep(Wiring wiring, List<ClassOf> classes, ClassDecision decision) {
    this.wiring = wiring;
    this.classes = List.copyOf(classes);
    this.decision = decision;
  }

  static GaussianBayesStep decode(Wiring wiring, ByteSource source) {
    int count = source.countOf("classes", 18);
    if (count == 0) {
      throw source.error("0 classes, allowed is 1 or more");
    }
    List<ClassOf> classes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      ClassOf each = new ClassOf(source.f64(), source.f64(), source.numbers(), source.numbers());
      classes.add(each);
      if (each.means.length != classes.get(0).means.length
          || each.variances.length != each.means.length) {
        throw source.error("the classes differ in their number of features");
      }
    }
    return new GaussianBayesStep(wiring, classes, ClassDecision.decode(source, count));
  }

  @Override
  public void encode(ByteSink sink) {
    sink.varint(classes.size());
    for (ClassOf each : classes) {
      sink.f64(each.logPrior);
      sink.f64(each.logVariances);
      sink.numbers(each.means);
      sink.numbers(each.variances);
    }
    decision.encode(sink);
  }

  @Override
  public StepKind kind() {
    return StepKind.GAUSSIAN_BAYES;
  }

  @Override
  public Wiring wiring() {
    return wiring;
  }

  @Override
  public Runner runner() {
    double[] features = new double[classes.get(0).means.length];
    ClassesOutput output = new ClassesOutput(wiring, classes.size(), decision, Softmax.OF_CLASSES);
    return row -> {
      StepInput.vector(this, row, features.length).copyTo(features);
      for (int i = 0; i < classes.size(); i++) {
        output.raw()[i] = classes.get(i).raw(features);
      }
      output.fill(row);
    };
  }
}
