package io.kindling.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.targetOwner;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Holds the design's arrows: {@code core <- features}, and Spark only where Spark is the point. */
@AnalyzeClasses(packages = "io.kindling", importOptions = MainClasses.class)
class ArchitectureTest {
  private static final String CORE = "io.kindling.core..";
  private static final String MODELS = "io.kindling.ml..";
  private static final String MODELS_SPARK = "io.kindling.ml.spark..";
  private static final String COUNTERS = "io.kindling.counters..";
  private static final String DISPATCHER = "io.kindling.dispatch..";
  private static final String QUEUE = "io.kindling.dispatch.queue..";
  private static final String HTTP = "io.kindling.dispatch.http..";
  private static final DescribedPredicate<JavaClass> SPARK =
      resideInAnyPackage("org.apache.spark..", "scala..");

  /** {@code new Forest(rfModel.trees())}: the one place outside that Spark may be named. */
  private static final String FOREST = "io.kindling.ml.Forest";

  private static final String FOREST_OF_TREES =
      FOREST + ".<init>([Lorg.apache.spark.ml.classification.DecisionTreeClassificationModel;)";

  private static final String MLLIB_TREES = "io.kindling.ml.spark.MllibTrees";
  private static final String GATE = "io.kindling.dispatch.predicate..";
  private static final String CATALYST_PARSER = "io.kindling.dispatch.predicate.CatalystParser";
  private static final String BOUNDED_PARSER = "io.kindling.dispatch.predicate.BoundedSqlParser";
  private static final String PREDICATE_COLUMNS = "io.kindling.dispatch.predicate.PredicateColumns";
  private static final String EVENT_SOURCE = "io.kindling.ml.spark.factor.EventSource";
  private static final String LEAF_READER = "io.kindling.dispatch.scan.LeafReader";

  @ArchTest
  static final ArchRule core_knowsNoSparkAndNoFeature =
      noClasses()
          .that()
          .resideInAPackage(CORE)
          .should()
          .dependOnClassesThat(SPARK.or(resideInAnyPackage(MODELS, COUNTERS, DISPATCHER)));

  @ArchTest
  static final ArchRule models_knowNoOtherFeature =
      noClasses()
          .that()
          .resideInAPackage(MODELS)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(COUNTERS, DISPATCHER);

  @ArchTest
  static final ArchRule counters_knowNoOtherFeature =
      noClasses()
          .that()
          .resideInAPackage(COUNTERS)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(MODELS, DISPATCHER);

  @ArchTest
  static final ArchRule dispatcher_knowsNoFeatureButCounters =
      noClasses()
          .that()
          .resideInAPackage(DISPATCHER)
          .should()
          .dependOnClassesThat()
          .resideInAPackage(MODELS);

  /** A plain Java service loads a model and predicts with no Spark on its class path. */
  @ArchTest
  static final ArchRule serving_needsNoSpark =
      classes()
          .that()
          .resideInAPackage(MODELS)
          .and()
          .resideOutsideOfPackage(MODELS_SPARK)
          .should(
              Conditions.dependOnNone(SPARK.or(resideInAPackage(MODELS_SPARK)), FOREST_OF_TREES));

  /** Clients submit and read with no Spark on their class path. */
  @ArchTest
  static final ArchRule queue_knowsNoSparkAndNothingAboveIt =
      noClasses()
          .that()
          .resideInAPackage(QUEUE)
          .should()
          .dependOnClassesThat(
              SPARK.or(resideInAPackage(DISPATCHER).and(not(resideInAPackage(QUEUE)))));

  /** The same, and its results, builders and exceptions. */
  @ArchTest
  static final ArchRule submitClient_needsNoSpark =
      noClasses()
          .that()
          .haveNameMatching("io\\.kindling\\.dispatch\\.(Submi|Command|DoneListener).*")
          .should()
          .dependOnClassesThat(SPARK);

  /** Lettuce is an optional dependency: who does not use the asynchronous client lacks it. */
  @ArchTest
  static final ArchRule lettuce_isKnownToTheAsynchronousClientAlone =
      noClasses()
          .that()
          .haveNameNotMatching("io\\.kindling\\.ml\\.Async.*")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.lettuce..", "reactor..", "io.netty..");

  /** One jar runs on Scala 2.12 and 2.13, between which these types differ. */
  @ArchTest
  static final ArchRule signatures_nameNoScalaCollectionOrFunction =
      classes()
          .that()
          .haveNameNotMatching(
              String.join(
                  "|",
                  MLLIB_TREES,
                  EVENT_SOURCE + ".*",
                  CATALYST_PARSER + ".*",
                  BOUNDED_PARSER,
                  PREDICATE_COLUMNS + ".*",
                  LEAF_READER))
          .should(Conditions.haveInNoSignature(scalaCollectionsAndFunctions()));

  /**
   * Spark gives a split's categories as an immutable List only; what is called of it is in both.
   */
  @ArchTest
  static final ArchRule signatures_ofMllibTrees_nameTheImmutableListAlone =
      classes()
          .that()
          .haveFullyQualifiedName(MLLIB_TREES)
          .should(
              Conditions.haveInNoSignature(
                  scalaCollectionsAndFunctions()
                      .and(not(name("scala.collection.immutable.List")))));

  /** A job's function takes an iterator; both Scalas have what is called of it. */
  @ArchTest
  static final ArchRule signatures_ofTheEventSource_nameTheJobsFunctionAlone =
      classes()
          .that()
          .haveNameMatching(EVENT_SOURCE + ".*")
          .should(
              Conditions.haveInNoSignature(
                  scalaCollectionsAndFunctions()
                      .and(not(name("scala.Function2")))
                      .and(not(name("scala.runtime.AbstractFunction2")))
                      .and(not(name("scala.collection.Iterator")))));

  /** The parser's nodes hold sequences; both Scalas have what is called of them. */
  @ArchTest
  static final ArchRule signatures_ofTheCatalystParser_nameTheSequenceAlone =
      classes()
          .that()
          .haveNameMatching(CATALYST_PARSER + ".*")
          .should(
              Conditions.haveInNoSignature(
                  scalaCollectionsAndFunctions().and(not(name("scala.collection.Seq")))));

  /**
   * A lambda of exists, forall and transform is a function of one argument, in both Scalas, and so
   * is what a parser does.
   */
  @ArchTest
  static final ArchRule signatures_withLambdas_nameFunctionsOfOneArgumentAlone =
      classes()
          .that()
          .haveNameMatching(String.join("|", PREDICATE_COLUMNS + ".*", LEAF_READER, BOUNDED_PARSER))
          .should(
              Conditions.haveInNoSignature(
                  scalaCollectionsAndFunctions().and(not(name("scala.Function1")))));

  /** Catalyst is no public API: what changes with a version changes one class and its parser. */
  @ArchTest
  static final ArchRule catalyst_isKnownToTheParserAlone =
      noClasses()
          .that()
          .resideInAPackage(DISPATCHER)
          .and()
          .haveNameNotMatching(CATALYST_PARSER + ".*|" + BOUNDED_PARSER)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.apache.spark.sql.catalyst..", "org.apache.spark.sql.internal..");

  /** The gate stands below all else of the dispatcher. */
  @ArchTest
  static final ArchRule gate_knowsNothingElseOfTheDispatcher =
      noClasses()
          .that()
          .resideInAPackage(GATE)
          .should()
          .dependOnClassesThat(resideInAPackage(DISPATCHER).and(not(resideInAPackage(GATE))))
          .orShould()
          .dependOnClassesThat()
          .resideInAPackage(COUNTERS);

  /** The preview API stands below the driver, which it sees through an interface of its own. */
  @ArchTest
  static final ArchRule http_knowsQueueAndGateAlone =
      noClasses()
          .that()
          .resideInAPackage(HTTP)
          .should()
          .dependOnClassesThat(
              resideInAPackage(DISPATCHER).and(not(resideInAnyPackage(HTTP, QUEUE, GATE))))
          .orShould()
          .dependOnClassesThat()
          .resideInAPackage(COUNTERS);

  /** A predicate's text is data: no text of anybody's is run as SQL, not even as an expression. */
  @ArchTest
  static final ArchRule dispatcher_runsNoText =
      classes().that().resideInAPackage(DISPATCHER).should(Conditions.runNoSqlText());

  /** What it returns differs between Spark 3.5 and 4. */
  @ArchTest
  static final ArchRule streamWriters_takeNoOption =
      noClasses()
          .should()
          .accessTargetWhere(
              target(name("option"))
                  .and(targetOwner(name("org.apache.spark.sql.streaming.DataStreamWriter"))));

  @ArchTest
  static final ArchRule packages_haveNoCycles =
      slices()
          .matching("io.kindling.(**)")
          .should()
          .beFreeOfCycles()
          .ignoreDependency(name(FOREST), resideInAPackage(MODELS_SPARK));

  static DescribedPredicate<JavaClass> scalaCollectionsAndFunctions() {
    return nameMatching(
            "scala\\.(collection\\..*|jdk\\..*|Function\\d+|PartialFunction|runtime\\.Abstract\\w*Function.*)")
        .<JavaClass>forSubtype()
        .as("a Scala collection or function");
  }
}
