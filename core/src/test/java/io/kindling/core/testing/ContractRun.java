package io.kindling.core.testing;

import java.lang.annotation.Annotation;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Runs the tests of a contract one by one, until the first that fails, as JUnit would. */
final class ContractRun {
  private ContractRun() {}

  /**
   * What failed.
   *
   * @param test its display name
   */
  record Failure(String test, Throwable cause) {}

  /** Runs each test on an instance of its own. */
  static Optional<Failure> firstFailure(Supplier<?> instances) {
    List<Method> tests = new ArrayList<>(annotated(instances.get().getClass(), Test.class));
    tests.sort(Comparator.comparing(Method::getName));
    for (Method test : tests) {
      Throwable failure = run(instances.get(), test);
      if (failure != null) {
        String name = Objects.requireNonNull(test.getAnnotation(DisplayName.class)).value();
        return Optional.of(new Failure(name, failure));
      }
    }
    return Optional.empty();
  }

  private static @Nullable Throwable run(Object instance, Method test) {
    Throwable failure = null;
    List<Method> first = annotated(instance.getClass(), BeforeEach.class);
    Collections.reverse(first);
    first.add(test);
    for (Method method : first) {
      failure = failure == null ? call(instance, method) : failure;
    }
    for (Method method : annotated(instance.getClass(), AfterEach.class)) {
      Throwable last = call(instance, method);
      failure = failure == null ? last : failure;
    }
    return failure;
  }

  private static @Nullable Throwable call(Object instance, Method method) {
    try {
      method.setAccessible(true);
      method.invoke(instance);
      return null;
    } catch (InvocationTargetException e) {
      return e.getCause();
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Of the class and those that it extends, its own first. */
  private static List<Method> annotated(Class<?> type, Class<? extends Annotation> annotation) {
    List<Method> methods = new ArrayList<>();
    for (Class<?> each = type; each != null; each = each.getSuperclass()) {
      Arrays.stream(each.getDeclaredMethods())
          .filter(method -> method.isAnnotationPresent(annotation))
          .forEach(methods::add);
    }
    return methods;
  }
}
