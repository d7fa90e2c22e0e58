package io.kindling.ml.step;

import io.kindling.ml.format.ByteSink;
import io.kindling.ml.format.ByteSource;

/**
 * A vector to a class through layers: Spark's {@code MultilayerPerceptronClassificationModel}. A
 * layer's weights stand by input, then by output, and behind them its biases; all layers but the
 * last end in 1 / (1 + exp(-x)).
 */
public final class PerceptronStep implements Step {

  private final Wiring wiring;
  private final int[] layers;
  private final double[] weights;
  private final ClassDecision decision;

  /**
   * Of layers; takes over the arrays.
   *
   * @param layers sizes, from the features to the classes
   * @param weights of all layers, one behind the other
   */
  public PerceptronStep(Wiring wiring, int[] layers, double[] weights, ClassDecision decision) {
    this.wiring = wiring;
    this.layers = layers;
    this.weights = weights;
    this.decision = decision;
  }

  static PerceptronStep decode(Wiring wiring, ByteSource source) {
    int[] layers = source.varints("layers");
    double[] weights = source.numbers();
    long needed = 0;
    for (int i = 1; i < layers.length; i++) {
      needed += (layers[i - 1] + 1L) * layers[i];
    }
    int last = layers.length - 1;
    if (last < 1 || layers[last] == 0 || needed != weights.length) {
      throw source.error(
          weights.length + " weights for " + layers.length + " layers, allowed is " + needed);
    }
    return new PerceptronStep(wiring, layers, weights, ClassDecision.decode(source, layers[last]));
  }

  @Override
  public void encode(ByteSink sink) {
    sink.varints(layers);
    sink.numbers(weights);
    decision.encode(sink);
  }

  @Override
  public StepKind kind() {
    return StepKind.PERCEPTRON;
  }

  @Override
  public Wiring wiring() {
    return wiring;
  }

  @Override
  public Runner runner() {
    int last = layers.length - 1;
    double[][] values = new double[last][];
    for (int i = 0; i < last; i++) {
      values[i] = new double[layers[i]];
    }
    ClassesOutput output = new ClassesOutput(wiring, layers[last], decision, Softmax.OF_LAYER);
    return row -> {
      StepInput.vector(this, row, layers[0]).copyTo(values[0]);
      int offset = 0;
      for (int layer = 1; layer <= last; layer++) {
        double[] target = layer == last ? output.raw() : values[layer];
        evaluate(values[layer - 1], target, offset);
        if (layer < last) {
          activate(target);
        }
        offset += (layers[layer - 1] + 1) * layers[layer];
      }
      output.fill(row);
    };
  }

  private void evaluate(double[] in, double[] out, int offset) {
    int biases = offset + in.length * out.length;
    for (int o = 0; o < out.length; o++) {
      double sum = 0.0;
      for (int i = 0; i < in.length; i++) {
        sum += in[i] * weights[offset + i * out.length + o];
      }
      out[o] = weights[biases + o] + sum;
    }
  }

  private static void activate(double[] values) {
    for (int i = 0; i < values.length; i++) {
      values[i] = 1.0 / (1 + Math.exp(-values[i]));
    }
  }
}
