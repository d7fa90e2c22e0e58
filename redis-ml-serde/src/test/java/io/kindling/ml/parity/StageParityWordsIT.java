package io.kindling.ml.parity;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.feature.CountVectorizer;
import org.apache.spark.ml.feature.HashingTF;
import org.apache.spark.ml.feature.IDF;
import org.apache.spark.ml.feature.NGram;
import org.apache.spark.ml.feature.RegexTokenizer;
import org.apache.spark.ml.feature.StopWordsRemover;
import org.apache.spark.ml.feature.Tokenizer;
import org.apache.spark.ml.feature.VectorSizeHint;
import org.apache.spark.ml.feature.Word2Vec;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Stages that make words of texts and numbers of words. */
class StageParityWordsIT extends StageParity {

  private static final Random RANDOM = new Random(SEED);
  private static final String[] VOCABULARY = {
    "a",
    "the",
    "The",
    "of",
    "fire",
    "FIRE",
    "kindling",
    "é",
    "Straße",
    "İstanbul",
    "x1",
    "日本語",
    "abcd",
    "abcde",
    "abcdef",
    "abcdefg",
    "-",
    "",
    "\uD83D\uDD25"
  };
  private static final String[] TEXTS = {
    "",
    " ",
    "Fire",
    "a  fire\tIS\nlit",
    " leading and trailing ",
    "one,two;three  4",
    "İSTANBUL Straße É 日本語 \uD83D\uDD25",
    "a-b--c",
    "\u00a0nbsp\u2003wide"
  };

  private static Dataset<Row> column(DataType type, List<?> values) {
    List<Row> rows = new ArrayList<>();
    for (Object value : values) {
      rows.add(RowFactory.create(new Object[] {value}));
    }
    return frame(new StructType().add("in", type), rows);
  }

  private static Dataset<Row> texts() {
    return column(DataTypes.StringType, List.of(TEXTS));
  }

  private static Dataset<Row> nullText() {
    return column(DataTypes.StringType, Arrays.asList((Object) null));
  }

  private static DataType words() {
    return DataTypes.createArrayType(DataTypes.StringType);
  }

  private static Dataset<Row> sentences() {
    List<Object> sentences = new ArrayList<>();
    sentences.add(new String[0]);
    sentences.add(VOCABULARY.clone());
    sentences.add(new String[] {"unseen"});
    sentences.add(new String[] {"fire", "fire", "unseen", "fire"});
    for (int i = 0; i < 50; i++) {
      String[] sentence = new String[RANDOM.nextInt(12)];
      Arrays.setAll(sentence, k -> VOCABULARY[RANDOM.nextInt(VOCABULARY.length)]);
      sentences.add(sentence);
    }
    return column(words(), sentences);
  }

  private static Dataset<Row> nullSentence() {
    return column(words(), Arrays.asList((Object) null));
  }

  private static void compareWords(String setting, Transformer stage) {
    compare(setting, stage, sentences(), nullSentence());
  }

  @Test
  void tokenizer() {
    compare("-", new Tokenizer().setInputCol("in").setOutputCol("out"), texts(), nullText());
  }

  @ParameterizedTest
  @CsvSource({
    "'\\s+', true, true, 1",
    "'\\s+', true, false, 0",
    "'[,; ]', true, true, 2",
    "'\\w+', false, true, 1",
    "'[a-z]*', false, false, 0",
    "'-', true, true, 0"
  })
  void regexTokenizer(String pattern, boolean gaps, boolean toLowercase, int minTokenLength) {
    RegexTokenizer stage =
        new RegexTokenizer()
            .setInputCol("in")
            .setOutputCol("out")
            .setPattern(pattern)
            .setGaps(gaps)
            .setToLowercase(toLowercase)
            .setMinTokenLength(minTokenLength);

    compare(
        pattern + ", gaps " + gaps + ", lower " + toLowercase + ", from " + minTokenLength,
        stage,
        texts(),
        nullText());
  }

  @ParameterizedTest
  @CsvSource({"false, en", "false, tr", "false, tr_TR", "true, en"})
  void stopWordsRemover(boolean caseSensitive, String locale) {
    StopWordsRemover stage =
        new StopWordsRemover()
            .setInputCol("in")
            .setOutputCol("out")
            .setStopWords(new String[] {"The", "fire", "istanbul", "STRASSE", ""})
            .setCaseSensitive(caseSensitive)
            .setLocale(locale);

    compareWords("case " + caseSensitive + ", " + locale, stage);
  }

  @Test
  void stopWordsRemover_defaultWords_twoColumns() {
    StopWordsRemover stage =
        new StopWordsRemover()
            .setInputCols(new String[] {"in"})
            .setOutputCols(new String[] {"out"});

    compareWords("English, several columns", stage);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 30})
  void nGram(int n) {
    compareWords("n " + n, new NGram().setInputCol("in").setOutputCol("out").setN(n));
  }

  @ParameterizedTest
  @CsvSource({"262144, false", "262144, true", "7, false", "7, true", "1, false"})
  void hashingTf(int numFeatures, boolean binary) {
    HashingTF stage =
        new HashingTF()
            .setInputCol("in")
            .setOutputCol("out")
            .setNumFeatures(numFeatures)
            .setBinary(binary);

    compareWords(numFeatures + ", binary " + binary, stage);
  }

  @ParameterizedTest
  @CsvSource({"1, false, 100", "2, false, 100", "0.3, false, 100", "0.3, true, 100", "1, true, 4"})
  void countVectorizer(double minTf, boolean binary, int vocabSize) {
    CountVectorizer stage =
        new CountVectorizer()
            .setInputCol("in")
            .setOutputCol("out")
            .setMinTF(minTf)
            .setBinary(binary)
            .setVocabSize(vocabSize);

    compareWords(
        "minTF " + minTf + ", binary " + binary + ", words " + vocabSize, stage.fit(sentences()));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2, 100})
  void idf(int minDocFreq) {
    List<Object> counts = new ArrayList<>();
    List<Object> edges = new ArrayList<>();
    for (double number : randomNumbers(RANDOM, 30)) {
      counts.add(Vectors.dense(number, 0, RANDOM.nextInt(3), -0.0));
      counts.add(Vectors.sparse(4, new int[] {1, 3}, new double[] {number, 2}));
    }
    for (double number : edgeNumbers()) {
      edges.add(Vectors.dense(1, number, 2, number));
      edges.add(Vectors.sparse(4, new int[] {0, 2}, new double[] {number, 0}));
    }
    edges.add(Vectors.sparse(4, new int[0], new double[0]));
    edges.add(Vectors.dense(1, 2, 3, 4, 5));
    edges.add(Vectors.dense(1, 2));
    edges.add(null);
    Dataset<Row> rows = column(SQLDataTypes.VectorType(), counts);
    IDF stage = new IDF().setInputCol("in").setOutputCol("out").setMinDocFreq(minDocFreq);

    compare(
        "minDocFreq " + minDocFreq,
        stage.fit(rows),
        rows,
        column(SQLDataTypes.VectorType(), edges));
  }

  @Test
  void idf_vectorOfKnownSize() {
    List<Object> counts = List.of(Vectors.dense(1, 2, 3), Vectors.dense(0, 2, 0));
    Dataset<Row> rows =
        new VectorSizeHint()
            .setInputCol("in")
            .setSize(3)
            .setHandleInvalid("optimistic")
            .transform(column(SQLDataTypes.VectorType(), counts));

    compare("size known", new IDF().setInputCol("in").setOutputCol("out").fit(rows), rows, rows);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 5, 20})
  void word2Vec(int vectorSize) {
    Word2Vec stage =
        new Word2Vec()
            .setInputCol("in")
            .setOutputCol("out")
            .setVectorSize(vectorSize)
            .setMinCount(1)
            .setSeed(SEED);

    compareWords("size " + vectorSize, stage.fit(sentences()));
  }
}
