package io.kindling.ml.factor;

import java.util.Map;
import java.util.TreeMap;

/** Settings as the metadata keeps them. */
final class SettingsText {

  private SettingsText() {}

  static Map<String, String> of(FactorSettings settings) {
    Map<String, String> text = new TreeMap<>();
    text.put("rank", Integer.toString(settings.rank()));
    text.put("learningRate", Double.toString(settings.learningRate()));
    text.put("learningRateDecay", Double.toString(settings.learningRateDecay()));
    text.put("biasLearningRate", Double.toString(settings.biasLearningRate()));
    text.put("regularization", Double.toString(settings.regularization()));
    text.put("biasRegularization", Double.toString(settings.biasRegularization()));
    text.put("gradientClip", Double.toString(settings.gradientClip()));
    text.put("maxNorm", Double.toString(settings.maxNorm()));
    text.put("negatives", Integer.toString(settings.negatives()));
    text.put("confidence", Double.toString(settings.confidence()));
    text.put("meanPolicy", settings.meanPolicy().name());
    text.put("seed", Long.toString(settings.seed()));
    return text;
  }
}
