package io.kindling.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.kindling.core.testing.DocBlock;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The bundle moves packages of libraries. What is compiled against the modules runs with the bundle
 * only if it calls nothing that names a type of these packages.
 */
class PublicApiTest {
  private static final Pattern PATTERN = Pattern.compile("<pattern>(.+)</pattern>");

  /** Core's adapter: who uses it with the bundle compiles against the bundle. */
  private static final Set<String> ADAPTER =
      Set.of("io.kindling.core.Redis.jedis", "io.kindling.core.RedisPipeline");

  @Test
  void publicApi_typesThatTheBundleMoves_areNamedByTheAdapterAlone() {
    List<String> moved =
        PATTERN.matcher(DocBlock.text("bundle/pom.xml")).results().map(m -> m.group(1)).toList();
    assertThat(moved).contains("redis.clients", "com.google.gson", "io.lettuce");
    JavaClasses modules =
        new ClassFileImporter().withImportOption(new MainClasses()).importPackages("io.kindling");

    Set<String> naming = new TreeSet<>();
    for (JavaClass type : modules) {
      if (isVisible(type)) {
        naming.addAll(naming(type, moved));
      }
    }

    assertThat(naming).isEqualTo(new TreeSet<>(ADAPTER));
  }

  private static boolean isVisible(JavaClass type) {
    return type.getModifiers().contains(JavaModifier.PUBLIC)
        && type.getEnclosingClass().map(PublicApiTest::isVisible).orElse(true);
  }

  /** The type, if it is made of such types, or those of its members that name one. */
  private static List<String> naming(JavaClass type, List<String> moved) {
    Stream<JavaClass> supertypes =
        Stream.concat(type.getRawInterfaces().stream(), type.getRawSuperclass().stream());
    if (supertypes.anyMatch(one -> isMoved(one, moved))) {
      return List.of(type.getName());
    }
    return type.getMembers().stream()
        .filter(PublicApiTest::isVisible)
        .filter(
            member ->
                member.getAllInvolvedRawTypes().stream()
                    .anyMatch(one -> isMoved(one.getBaseComponentType(), moved)))
        .map(member -> type.getName() + "." + member.getName())
        .toList();
  }

  private static boolean isVisible(JavaMember member) {
    return member.getModifiers().contains(JavaModifier.PUBLIC)
        || member.getModifiers().contains(JavaModifier.PROTECTED);
  }

  private static boolean isMoved(JavaClass type, List<String> moved) {
    return moved.stream().anyMatch(one -> type.getName().startsWith(one + "."));
  }
}
