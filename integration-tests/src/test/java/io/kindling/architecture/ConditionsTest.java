package io.kindling.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import java.io.File;
import java.util.List;
import org.apache.spark.ml.classification.DecisionTreeClassificationModel;
import org.apache.spark.ml.classification.RandomForestClassificationModel;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.Test;

/** The rules' own conditions find what they are for; a rule that cannot fail holds nothing. */
class ConditionsTest {
  @Test
  void haveInNoSignature_callThatTakesAScalaFunction_isFound() {
    assertThat(violations(ScalaCaller.class, scalaRule()))
        .singleElement()
        .asString()
        .contains("ScalaCaller.apply", "names scala.Function1");
  }

  @Test
  void haveInNoSignature_optionAndTuple_areAllowed() {
    assertThat(violations(OptionCaller.class, scalaRule())).isEmpty();
  }

  @Test
  void dependOnNone_constructorThatIsExcepted_isAllowedAndTheRestIsFound() {
    String constructor =
        SparkUser.class.getName()
            + ".<init>([Lorg.apache.spark.ml.classification.DecisionTreeClassificationModel;)";

    assertThat(violations(SparkUser.class, Conditions.dependOnNone(spark(), constructor)))
        .singleElement()
        .asString()
        .contains("SparkUser.convert", "RandomForestClassificationModel");
  }

  @Test
  void runNoSqlText_filterByATextAndExpr_areFoundAndFilterByAColumnIsNot() {
    assertThat(violations(TextRunner.class, Conditions.runNoSqlText()))
        .hasSize(2)
        .anySatisfy(v -> assertThat(v).contains("filter(java.lang.String)"))
        .anySatisfy(v -> assertThat(v).contains("expr(java.lang.String)"));
  }

  private static ArchCondition<JavaClass> scalaRule() {
    return Conditions.haveInNoSignature(ArchitectureTest.scalaCollectionsAndFunctions());
  }

  private static DescribedPredicate<JavaClass> spark() {
    return JavaClass.Predicates.resideInAPackage("org.apache.spark..");
  }

  private static List<String> violations(Class<?> type, ArchCondition<JavaClass> condition) {
    ArchRule rule = ArchRuleDefinition.classes().should(condition);
    return rule.evaluate(new ClassFileImporter().importClasses(type))
        .getFailureReport()
        .getDetails();
  }

  static final class TextRunner {
    static Object run(Dataset<Row> frame) {
      return frame.filter("a = 1").filter(functions.expr("a = 1")).filter(functions.col("a"));
    }
  }

  static final class ScalaCaller {
    static Object apply(Object function) {
      return scala.Option.apply("x").map(x -> x);
    }
  }

  static final class OptionCaller {
    static Object apply() {
      return new scala.Tuple2<>(scala.Option.apply("x").get(), 1)._1();
    }
  }

  static final class SparkUser {
    final int trees;

    SparkUser(DecisionTreeClassificationModel[] trees) {
      this.trees = trees[0].numFeatures();
    }

    static File convert(RandomForestClassificationModel model) {
      return new File("x");
    }
  }
}
