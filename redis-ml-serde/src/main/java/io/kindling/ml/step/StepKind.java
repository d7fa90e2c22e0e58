package io.kindling.ml.step;

import static io.kindling.ml.step.SlotType.NUMBER;
import static io.kindling.ml.step.SlotType.TEXT;
import static io.kindling.ml.step.SlotType.TEXTS;
import static io.kindling.ml.step.SlotType.VECTOR;

import io.kindling.ml.format.ByteSource;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The kinds of steps, by the code that stands for them in bytes. Codes are never used again. */
@SuppressWarnings("ImmutableEnumChecker") // Set.of, List.of, and decoders without state
public enum StepKind {
  /** {@link StringIndexerStep} of a text. */
  INDEX_TEXT(1, Runtimes.BOTH, Set.of(TEXT), List.of(NUMBER), StringIndexerStep::decodeText),
  /** {@link StringIndexerStep} of a number. */
  INDEX_NUMBER(2, Runtimes.BOTH, Set.of(NUMBER), List.of(NUMBER), StringIndexerStep::decodeNumber),
  /** {@link IndexToStringStep}. */
  INDEX_TO_STRING(3, Runtimes.BOTH, Set.of(NUMBER), List.of(TEXT), IndexToStringStep::decode),
  /** {@link ImputerStep}. */
  IMPUTE(4, Runtimes.BOTH, Set.of(NUMBER), List.of(NUMBER), ImputerStep::decode),
  /** {@link OneHotEncoderStep}. */
  ONE_HOT(5, Runtimes.BOTH, Set.of(NUMBER), List.of(VECTOR), OneHotEncoderStep::decode),
  /** {@link VectorAssemblerStep}. */
  ASSEMBLE(6, Runtimes.BOTH, Set.of(NUMBER, VECTOR), List.of(VECTOR), VectorAssemblerStep::decode),
  /** A forest; it fills prediction, raw prediction and probability. */
  FOREST(7, Runtimes.BOTH, Set.of(VECTOR), List.of(NUMBER, VECTOR, VECTOR), null),
  /** {@link BucketizerStep}. */
  BUCKETIZE(10, Runtimes.BOTH, Set.of(NUMBER), List.of(NUMBER), BucketizerStep::decode),
  /** {@link BinarizerStep} of a number. */
  BINARIZE_NUMBER(11, Runtimes.BOTH, Set.of(NUMBER), List.of(NUMBER), BinarizerStep::decodeNumber),
  /** {@link BinarizerStep} of a vector. */
  BINARIZE_VECTOR(12, Runtimes.BOTH, Set.of(VECTOR), List.of(VECTOR), BinarizerStep::decodeVector),
  /** {@link ScalerStep}. */
  SCALE(13, Runtimes.BOTH, Set.of(VECTOR), List.of(VECTOR), ScalerStep::decode),
  /** {@link MinMaxScalerStep}. */
  SCALE_MIN_MAX(14, Runtimes.BOTH, Set.of(VECTOR), List.of(VECTOR), MinMaxScalerStep::decode),
  /** {@link NormalizerStep}. */
  NORMALIZE(15, Runtimes.BOTH, Set.of(VECTOR), List.of(VECTOR), NormalizerStep::decode),
  /** {@link VectorSlicerStep}. */
  SLICE(16, Runtimes.BOTH, Set.of(VECTOR), List.of(VECTOR), VectorSlicerStep::decode),
  /** {@link VectorSizeHintStep}. */
  CHECK_SIZE(17, Runtimes.BOTH, Set.of(VECTOR), List.of(VECTOR), VectorSizeHintStep::decode),
  /** {@link VectorIndexerStep}. */
  INDEX_VECTOR(18, Runtimes.BOTH, Set.of(VECTOR), List.of(VECTOR), VectorIndexerStep::decode),
  /** {@link LinearRegressionStep}. */
  LINEAR_REGRESSION(
      20, Runtimes.BOTH, Set.of(VECTOR), List.of(NUMBER), LinearRegressionStep::decode),
  /** {@link BinaryLinearStep}; a margin alone has no probability. */
  LINEAR_BINARY(
      21, Runtimes.BOTH, Set.of(VECTOR), List.of(NUMBER, VECTOR, VECTOR), BinaryLinearStep::decode),
  /** {@link LinearClassesStep}. */
  LINEAR_CLASSES(
      22,
      Runtimes.BOTH,
      Set.of(VECTOR),
      List.of(NUMBER, VECTOR, VECTOR),
      LinearClassesStep::decode),
  /** {@link GeneralizedLinearStep}; it fills prediction and linear predictor. */
  GENERALIZED_LINEAR(
      23,
      Runtimes.BOTH,
      Set.of(VECTOR, NUMBER),
      List.of(NUMBER, NUMBER),
      GeneralizedLinearStep::decode),
  /** {@link GaussianBayesStep}. */
  GAUSSIAN_BAYES(
      24,
      Runtimes.BOTH,
      Set.of(VECTOR),
      List.of(NUMBER, VECTOR, VECTOR),
      GaussianBayesStep::decode),
  /** {@link PerceptronStep}. */
  PERCEPTRON(
      25, Runtimes.BOTH, Set.of(VECTOR), List.of(NUMBER, VECTOR, VECTOR), PerceptronStep::decode),
  /** {@link KMeansStep}. */
  K_MEANS(26, Runtimes.BOTH, Set.of(VECTOR), List.of(NUMBER), KMeansStep::decode),
  /** {@link TokenizerStep}. */
  TOKENIZE(40, Runtimes.JVM, Set.of(TEXT), List.of(TEXTS), TokenizerStep::decode),
  /** {@link StopWordsRemoverStep}. */
  REMOVE_STOP_WORDS(41, Runtimes.JVM, Set.of(TEXTS), List.of(TEXTS), StopWordsRemoverStep::decode),
  /** {@link NGramStep}. */
  N_GRAM(42, Runtimes.JVM, Set.of(TEXTS), List.of(TEXTS), NGramStep::decode),
  /** {@link HashingTfStep}. */
  HASH_WORDS(43, Runtimes.JVM, Set.of(TEXTS), List.of(VECTOR), HashingTfStep::decode),
  /** {@link CountVectorizerStep}. */
  COUNT_WORDS(44, Runtimes.JVM, Set.of(TEXTS), List.of(VECTOR), CountVectorizerStep::decode),
  /** {@link IdfStep}. */
  IDF(45, Runtimes.JVM, Set.of(VECTOR), List.of(VECTOR), IdfStep::decode),
  /** {@link Word2VecStep}. */
  WORD_VECTORS(46, Runtimes.JVM, Set.of(TEXTS), List.of(VECTOR), Word2VecStep::decode),
  /** {@link PcaStep}. */
  PCA(47, Runtimes.JVM, Set.of(VECTOR), List.of(VECTOR), PcaStep::decode),
  /** {@link DctStep}. */
  DCT(48, Runtimes.JVM, Set.of(VECTOR), List.of(VECTOR), DctStep::decode),
  /** {@link PolynomialExpansionStep}. */
  EXPAND(49, Runtimes.JVM, Set.of(VECTOR), List.of(VECTOR), PolynomialExpansionStep::decode),
  /** {@link InteractionStep}. */
  INTERACT(50, Runtimes.JVM, Set.of(NUMBER, VECTOR), List.of(VECTOR), InteractionStep::decode),
  /** {@link FeatureHasherStep}. */
  HASH_FEATURES(51, Runtimes.JVM, Set.of(NUMBER, TEXT), List.of(VECTOR), FeatureHasherStep::decode),
  /** {@link SelectStep}. */
  SELECT(52, Runtimes.JVM, Set.of(VECTOR), List.of(VECTOR), SelectStep::decode),
  /** {@link CopyNumberStep}. */
  COPY_NUMBER(53, Runtimes.JVM, Set.of(NUMBER), List.of(NUMBER), CopyNumberStep::decode),
  /** {@link OneVsRestStep}. */
  ONE_VS_REST(54, Runtimes.JVM, Set.of(VECTOR), List.of(NUMBER, VECTOR), OneVsRestStep::decode),
  /** {@link BisectingKMeansStep}. */
  BISECTING_K_MEANS(55, Runtimes.JVM, Set.of(VECTOR), List.of(NUMBER), BisectingKMeansStep::decode),
  /** {@link GaussianMixtureStep}. */
  GAUSSIAN_MIXTURE(
      56, Runtimes.JVM, Set.of(VECTOR), List.of(NUMBER, VECTOR), GaussianMixtureStep::decode),
  /** {@link IsotonicStep}. */
  ISOTONIC(57, Runtimes.JVM, Set.of(NUMBER, VECTOR), List.of(NUMBER), IsotonicStep::decode),
  /** {@link AftStep}. */
  AFT(58, Runtimes.JVM, Set.of(VECTOR), List.of(NUMBER, VECTOR), AftStep::decode),
  /** {@link FactorizationStep} for two classes. */
  FM_CLASSIFY(
      59,
      Runtimes.JVM,
      Set.of(VECTOR),
      List.of(NUMBER, VECTOR, VECTOR),
      FactorizationStep::decodeClassifier),
  /** {@link FactorizationStep} for a number. */
  FM_REGRESS(60, Runtimes.JVM, Set.of(VECTOR), List.of(NUMBER), FactorizationStep::decodeRegressor),
  /** {@link AlsStep}. */
  ALS(61, Runtimes.JVM, Set.of(NUMBER), List.of(NUMBER), AlsStep::decode);

  /** Where a step can be run. */
  public enum Runtimes {
    /** In the JVM and inside Redis. */
    BOTH,
    /** In the JVM alone. */
    JVM
  }

  /** Reads the parameters of a step. */
  @FunctionalInterface
  interface Decoder {
    Step decode(Wiring wiring, ByteSource source);
  }

  private final int code;
  private final Runtimes runtimes;
  private final Set<SlotType> in;
  private final List<SlotType> out;
  private final @Nullable Decoder decoder;

  StepKind(
      int code,
      Runtimes runtimes,
      Set<SlotType> in,
      List<SlotType> out,
      @Nullable Decoder decoder) {
    this.code = code;
    this.runtimes = runtimes;
    this.in = in;
    this.out = out;
    this.decoder = decoder;
  }

  /** The code in bytes. */
  public int code() {
    return code;
  }

  /** Where it can be run. */
  public Runtimes runtimes() {
    return runtimes;
  }

  /** Whether a slot of a type can be read. */
  public boolean reads(SlotType type) {
    return in.contains(type);
  }

  /** The types of the slots that it fills, of which the last may be left out. */
  public List<SlotType> out() {
    return out;
  }

  /** The kind of a code. */
  public static StepKind of(int code, ByteSource source) {
    for (StepKind kind : values()) {
      if (kind.code == code) {
        return kind;
      }
    }
    throw source.error("step kind " + code + " is unknown to this build");
  }

  /** Reads the parameters of a step of this kind, which is not a forest. */
  public Step decode(Wiring wiring, ByteSource source) {
    if (decoder == null) {
      throw new IllegalStateException(this + " is read by its own package");
    }
    return decoder.decode(wiring, source);
  }
}
