package io.kindling.ml.spark;

import static io.kindling.ml.spark.SimpleConverter.add;

import io.kindling.ml.Column;
import io.kindling.ml.PipelineBuilder;
import io.kindling.ml.step.CountVectorizerStep;
import io.kindling.ml.step.HashingTfStep;
import io.kindling.ml.step.IdfStep;
import io.kindling.ml.step.Murmur3;
import io.kindling.ml.step.NGramStep;
import io.kindling.ml.step.StopWordsRemoverStep;
import io.kindling.ml.step.TokenizerStep;
import io.kindling.ml.step.Word2VecStep;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import org.apache.spark.ml.feature.CountVectorizerModel;
import org.apache.spark.ml.feature.HashingTF;
import org.apache.spark.ml.feature.IDFModel;
import org.apache.spark.ml.feature.NGram;
import org.apache.spark.ml.feature.RegexTokenizer;
import org.apache.spark.ml.feature.StopWordsRemover;
import org.apache.spark.ml.feature.Tokenizer;
import org.apache.spark.ml.feature.Word2VecModel;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Row;

/** The stages that make words of texts and numbers of words. */
final class WordConverters {

  /** So many words tell one hash from the other in all but a hash table of very few places. */
  private static final int PROBES = 200;

  private WordConverters() {}

  static List<StageConverter> all() {
    return List.of(
        SimpleConverter.of(Tokenizer.class, WordConverters::tokenizer),
        SimpleConverter.of(RegexTokenizer.class, WordConverters::regexTokenizer),
        SimpleConverter.of(StopWordsRemover.class, WordConverters::stopWordsRemover),
        SimpleConverter.of(NGram.class, WordConverters::nGram),
        SimpleConverter.of(HashingTF.class, WordConverters::hashingTf),
        SimpleConverter.of(CountVectorizerModel.class, WordConverters::countVectorizer),
        SimpleConverter.of(IDFModel.class, WordConverters::idf),
        SimpleConverter.of(Word2VecModel.class, WordConverters::word2Vec));
  }

  private static Column texts(StageParams stage) {
    return Column.of(stage.text("outputCol"), Column.Type.TEXTS);
  }

  private static Column vector(StageParams stage, int size) {
    return Column.vector(stage.text("outputCol"), size);
  }

  private static void tokenizer(StageParams stage, PipelineBuilder pipeline) {
    tokenize(stage, pipeline, new TokenizerStep.Rule("\\s", /* gaps= */ true, locale(), 0));
  }

  private static void regexTokenizer(StageParams stage, PipelineBuilder pipeline) {
    tokenize(
        stage,
        pipeline,
        new TokenizerStep.Rule(
            stage.text("pattern"),
            stage.flag("gaps"),
            stage.flag("toLowercase") ? locale() : "",
            (int) stage.number("minTokenLength")));
  }

  private static void tokenize(
      StageParams stage, PipelineBuilder pipeline, TokenizerStep.Rule rule) {
    add(
        stage,
        pipeline,
        stage.text("inputCol"),
        texts(stage),
        wiring -> new TokenizerStep(wiring, rule));
  }

  /** Spark lowers texts in the way of the JVM that it runs in; an answer is not to hang on that. */
  private static String locale() {
    return Locale.getDefault().toLanguageTag();
  }

  private static void stopWordsRemover(StageParams stage, PipelineBuilder pipeline) {
    List<String> stopWords = stage.texts("stopWords");
    boolean caseSensitive = stage.flag("caseSensitive");
    String locale = caseSensitive ? "" : stage.text("locale");
    List<String> inputs = stage.inputs();
    List<String> outputs = stage.outputs();
    for (int i = 0; i < inputs.size(); i++) {
      add(
          stage,
          pipeline,
          inputs.get(i),
          Column.of(outputs.get(i), Column.Type.TEXTS),
          wiring -> new StopWordsRemoverStep(wiring, stopWords, caseSensitive, locale));
    }
  }

  private static void nGram(StageParams stage, PipelineBuilder pipeline) {
    int length = (int) stage.number("n");
    add(
        stage,
        pipeline,
        stage.text("inputCol"),
        texts(stage),
        wiring -> new NGramStep(wiring, length));
  }

  private static void hashingTf(StageParams stage, PipelineBuilder pipeline) {
    int numFeatures = (int) stage.number("numFeatures");
    boolean binary = stage.flag("binary");
    Murmur3 hash = hash(stage, stage.as(HashingTF.class), numFeatures);
    add(
        stage,
        pipeline,
        stage.text("inputCol"),
        vector(stage, numFeatures),
        wiring -> new HashingTfStep(wiring, numFeatures, binary, hash));
  }

  /** Which of its hashes Spark uses: its version hides in the stage. */
  private static Murmur3 hash(StageParams stage, HashingTF hashing, int numFeatures) {
    for (Murmur3 hash : Murmur3.values()) {
      boolean same = true;
      for (int i = 0; i < PROBES && same; i++) {
        String probe = "probe " + i;
        same = hashing.indexOf(probe) == hash.index(probe, numFeatures);
      }
      if (same) {
        return hash;
      }
    }
    throw stage.failure("it hashes words as no known version of Spark does");
  }

  private static void countVectorizer(StageParams stage, PipelineBuilder pipeline) {
    List<String> vocabulary = List.of(stage.as(CountVectorizerModel.class).vocabulary());
    if (new HashSet<>(vocabulary).size() < vocabulary.size()) {
      throw stage.failure("its vocabulary of %d words has a word twice", vocabulary.size());
    }
    double minTf = stage.number("minTF");
    boolean binary = stage.flag("binary");
    add(
        stage,
        pipeline,
        stage.text("inputCol"),
        vector(stage, vocabulary.size()),
        wiring -> new CountVectorizerStep(wiring, vocabulary, minTf, binary));
  }

  private static void idf(StageParams stage, PipelineBuilder pipeline) {
    double[] idf = stage.as(IDFModel.class).idf().toArray();
    String input = stage.text("inputCol");
    int size = pipeline.column(stage.uid(), input).size();
    add(stage, pipeline, input, vector(stage, size), wiring -> new IdfStep(wiring, idf));
  }

  private static void word2Vec(StageParams stage, PipelineBuilder pipeline) {
    int size = (int) stage.number("vectorSize");
    List<Row> rows = stage.as(Word2VecModel.class).getVectors().collectAsList();
    List<String> words = new ArrayList<>();
    float[] vectors = new float[Math.multiplyExact(size, rows.size())];
    for (Row row : rows) {
      Vector vector = row.getAs("vector");
      if (vector.size() != size) {
        throw stage.failure("its vectorSize is %d, its vectors have size %d", size, vector.size());
      }
      for (int i = 0; i < size; i++) {
        vectors[words.size() * size + i] = (float) vector.apply(i); // Spark has made it of a float
      }
      words.add(row.getAs("word"));
    }
    add(
        stage,
        pipeline,
        stage.text("inputCol"),
        vector(stage, size),
        wiring -> new Word2VecStep(wiring, size, words, vectors));
  }
}
