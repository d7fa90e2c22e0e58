package io.kindling.ml;

import java.io.File;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The class path of the tests as users have it who left out an optional jar. */
final class ClassPathWithout {

  private ClassPathWithout() {}

  /** A loader of everything but the entries whose path contains one of these. */
  static URLClassLoader jars(String... parts) throws Exception {
    List<URL> urls = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      if (Arrays.stream(parts).noneMatch(entry::contains)) {
        urls.add(new File(entry).toURI().toURL());
      }
    }
    return new URLClassLoader(urls.toArray(new URL[0]), null);
  }
}
