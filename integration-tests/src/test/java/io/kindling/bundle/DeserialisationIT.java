package io.kindling.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectInputStream;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Bytes from Redis, a socket or a file never become objects of classes that they name themselves.
 * Every class of the one jar is searched, ours and those of the libraries in it, for calls that
 * could do so.
 */
@Tag("local")
class DeserialisationIT {
  private static final Pattern FORBIDDEN =
      Pattern.compile(
          ".*ObjectInput(Stream)?\\.(readObject|readUnshared|<init>)"
              + "|.*/SerializationUtils\\.deserialize"
              + "|org/apache/spark/serializer/.*\\.(deserialize.*|readObject|readValue|readKey)"
              + "|org/apache/spark/util/Utils\\$?\\.deserialize.*"
              + "|com/esotericsoftware/kryo/.*"
              + "|java/beans/XMLDecoder\\..*"
              + "|javax/naming/.*\\.lookup"
              + "|javax/script/.*\\.eval");

  private static final String JEDIS = "io/kindling/shaded/redis/clients/jedis/";

  /** What libraries have of it, and why nothing from outside gets there. */
  private static final Map<String, String> ALLOWED =
      Map.of(
          JEDIS + "resps/StreamEntry",
          "its own readObject, which only a reader of objects calls",
          JEDIS + "resps/StreamEntryBinary",
          "the same",
          JEDIS + "resps/StreamPendingEntry",
          "the same",
          "io/kindling/shaded/org/apache/commons/pool2/impl/LinkedBlockingDeque",
          "the same",
          JEDIS + "csc/CacheEntry",
          "copies what this JVM has cached of Redis, if client-side caching is on: it is not,"
              + " and no class of ours names that package",
          "io/kindling/shaded/io/netty/resolver/dns/DefaultDnsCache",
          "copies an exception that this JVM has thrown");

  @Test
  void bundle_callsThatMakeObjectsOfBytes_areThoseOfTheList() throws IOException {
    SortedMap<String, Set<String>> found = new TreeMap<>();
    int classes = 0;
    try (var jar = new JarFile(Bundle.jar().toFile())) {
      for (JarEntry entry : jar.stream().toList()) {
        if (entry.getName().endsWith(".class")) {
          classes++;
          try (InputStream in = jar.getInputStream(entry)) {
            Set<String> calls = forbidden(in);
            if (!calls.isEmpty()) {
              found.put(entry.getName().replace(".class", ""), calls);
            }
          }
        }
      }
    }

    assertThat(classes).isGreaterThan(3_000);
    assertThat(found.keySet()).as("%s", found).isEqualTo(new TreeSet<>(ALLOWED.keySet()));
  }

  @Test
  void bundle_classesOfOurs_nameNoClientSideCache() throws IOException {
    try (var jar = new JarFile(Bundle.jar().toFile())) {
      for (JarEntry entry : jar.stream().toList()) {
        if (entry.getName().matches("io/kindling/(?!shaded/).*\\.class")) {
          try (InputStream in = jar.getInputStream(entry)) {
            assertThat(ClassCalls.of(in))
                .as(entry.getName())
                .noneMatch(call -> call.startsWith(JEDIS + "csc/"));
          }
        }
      }
    }
  }

  @Test
  void forbidden_classesThatReadObjects_areFound() throws IOException {
    assertThat(forbidden(classFile(Reader.class)))
        .containsExactly(
            "java/io/ObjectInputStream.<init>", "java/io/ObjectInputStream.readObject");
    assertThat(forbidden(classFile(ByHandle.class)))
        .containsExactly("java/io/ObjectInput.readObject");
    assertThat(forbidden(classFile(OfItsOwn.class))).isEmpty();
  }

  private static Set<String> forbidden(InputStream classFile) throws IOException {
    var calls = new TreeSet<>(ClassCalls.of(classFile));
    calls.removeIf(call -> !FORBIDDEN.matcher(call).matches());
    return calls;
  }

  private static InputStream classFile(Class<?> type) {
    String name = type.getName().substring(type.getPackageName().length() + 1) + ".class";
    return Objects.requireNonNull(type.getResourceAsStream(name), name);
  }

  static final class Reader {
    static Object read(InputStream in) throws IOException, ClassNotFoundException {
      try (var objects = new ObjectInputStream(in)) {
        return objects.readObject();
      }
    }
  }

  static final class ByHandle {
    interface Source {
      Object read() throws IOException, ClassNotFoundException;
    }

    static Source of(java.io.ObjectInput in) {
      return in::readObject;
    }
  }

  /** Refuses to be read, as forests do: that is no call. */
  static final class OfItsOwn implements java.io.Serializable {
    private static final long serialVersionUID = 1;

    private void readObject(ObjectInputStream in) throws IOException {
      throw new IOException("Refused: " + in.available());
    }
  }
}
