package io.kindling.architecture;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.AccessTarget.FieldAccessTarget;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvent;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.ArrayList;
import java.util.List;

/** What the rules need beyond ArchUnit's own vocabulary. */
final class Conditions {
  private Conditions() {}

  /**
   * No dependency on the given types, except inside one constructor.
   *
   * @param constructor the start of its description, such as {@code a.B.<init>([La.C;)}
   */
  static ArchCondition<JavaClass> dependOnNone(
      DescribedPredicate<JavaClass> types, String constructor) {
    return new ArchCondition<>(
        "depend on no %s outside of %s", types.getDescription(), constructor) {
      @Override
      public void check(JavaClass origin, ConditionEvents events) {
        for (Dependency dependency : origin.getDirectDependenciesFromSelf()) {
          boolean excepted =
              dependency.getDescription().startsWith("Constructor <" + constructor + ">");
          if (types.test(dependency.getTargetClass().getBaseComponentType()) && !excepted) {
            events.add(SimpleConditionEvent.violated(origin, dependency.getDescription()));
          }
        }
      }
    };
  }

  /** None of the given types in the signature of a method, or of anything that a method calls. */
  static ArchCondition<JavaClass> haveInNoSignature(DescribedPredicate<JavaClass> types) {
    return new ArchCondition<>("have in no signature or call %s", types.getDescription()) {
      @Override
      public void check(JavaClass origin, ConditionEvents events) {
        for (JavaCodeUnit unit : origin.getCodeUnits()) {
          for (JavaClass type : unit.getAllInvolvedRawTypes()) {
            if (types.test(type.getBaseComponentType())) {
              events.add(violated(origin, unit.getDescription(), type));
            }
          }
        }
        for (JavaAccess<?> access : origin.getAccessesFromSelf()) {
          for (JavaClass type : rawTypes(access)) {
            if (types.test(type.getBaseComponentType())) {
              events.add(violated(origin, access.getDescription(), type));
            }
          }
        }
      }
    };
  }

  /** No call of Spark's that reads a text as SQL: {@code expr}, {@code sql}, a filter by a text. */
  static ArchCondition<JavaClass> runNoSqlText() {
    return new ArchCondition<>("run no text as SQL") {
      @Override
      public void check(JavaClass origin, ConditionEvents events) {
        for (JavaAccess<?> access : origin.getAccessesFromSelf()) {
          if (access.getTarget() instanceof CodeUnitAccessTarget unit && readsSql(unit)) {
            events.add(SimpleConditionEvent.violated(origin, access.getDescription()));
          }
        }
      }
    };
  }

  private static boolean readsSql(CodeUnitAccessTarget unit) {
    if (!unit.getOwner().getPackageName().startsWith("org.apache.spark.sql")) {
      return false;
    }
    return switch (unit.getName()) {
      case "expr", "sql", "selectExpr", "executeCommand", "parsePlan", "parseQuery" ->
          !unit.getOwner().getPackageName().startsWith("org.apache.spark.sql.types");
      case "filter", "where" ->
          unit.getRawParameterTypes().stream().anyMatch(t -> t.isEquivalentTo(String.class));
      case "parseExpression" -> !unit.getOwner().getFullName().endsWith(".CatalystSqlParser$");
      default -> false;
    };
  }

  private static List<JavaClass> rawTypes(JavaAccess<?> access) {
    var types = new ArrayList<JavaClass>();
    types.add(access.getTargetOwner());
    if (access.getTarget() instanceof CodeUnitAccessTarget unit) {
      types.addAll(unit.getRawParameterTypes());
      types.add(unit.getRawReturnType());
    } else if (access.getTarget() instanceof FieldAccessTarget field) {
      types.add(field.getRawType());
    }
    return types;
  }

  private static ConditionEvent violated(JavaClass origin, String where, JavaClass type) {
    return SimpleConditionEvent.violated(origin, where + " names " + type.getName());
  }
}
