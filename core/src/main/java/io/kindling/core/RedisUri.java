package io.kindling.core;

import io.kindling.core.RedisConfig.Node;
import io.kindling.core.RedisConfig.Topology;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The parts of a Redis URI: {@code redis://user:password@host:port,host:port/path?name=value}. Read
 * by hand, because {@code java.net.URI} knows one host only.
 */
record RedisUri(
    Topology topology,
    boolean encrypted,
    List<Node> nodes,
    @Nullable String user,
    @Nullable String password,
    @Nullable String masterName,
    int database,
    Map<String, String> parameters) {

  private static final int DEFAULT_PORT = 6379;
  private static final int DEFAULT_SENTINEL_PORT = 26379;
  private static final Pattern SHAPE =
      Pattern.compile(
          "(?:(?<scheme>[A-Za-z][A-Za-z0-9+.-]*)://)?(?:(?<login>[^/?]*)@)?(?<hosts>[^/?@]*)"
              + "(?:/(?<path>[^?]*))?(?:\\?(?<query>.*))?");

  /** As far as it can be told from a user and the beginning of a password. */
  private static final String HOSTS = "[^:]*(:\\d+(,[^:]*)?)*|\\[.*";

  private static final Pattern PASSWORD_PARAMETER = Pattern.compile("[?&][^=&]*password=");

  static boolean holdsPassword(String uri) {
    Matcher m = SHAPE.matcher(uri.trim());
    return PASSWORD_PARAMETER.matcher(uri).find()
        || (m.matches() && m.group("login") != null && m.group("login").contains(":"));
  }

  static RedisUri parse(String text, List<String> problems) {
    Matcher m = SHAPE.matcher(text.trim());
    if (!m.matches()) {
      return unreadable(
          "the URI is not of the form redis://user:password@host:port/database", problems);
    }
    if (m.group("login") == null && isCutLogin(m)) {
      return unreadable(
          "the URI has a '/' or '?' before its '@'; in a user and password write %2F and %3F",
          problems);
    }
    String scheme =
        m.group("scheme") == null ? "redis" : m.group("scheme").toLowerCase(Locale.ROOT);
    Topology topology = topologyOf(scheme, problems);
    String user = null;
    String password = null;
    if (m.group("login") != null) {
      String login = m.group("login");
      int colon = login.indexOf(':');
      user = emptyToNull(decode(colon < 0 ? login : login.substring(0, colon), problems));
      password = colon < 0 ? null : emptyToNull(decode(login.substring(colon + 1), problems));
    }
    int port = topology == Topology.SENTINEL ? DEFAULT_SENTINEL_PORT : DEFAULT_PORT;
    List<Node> nodes = parseHosts(m.group("hosts"), port, problems);
    String path = m.group("path") == null ? "" : m.group("path");
    String master = null;
    if (topology == Topology.SENTINEL) {
      int slash = path.indexOf('/');
      master = emptyToNull(decode(slash < 0 ? path : path.substring(0, slash), problems));
      path = slash < 0 ? "" : path.substring(slash + 1);
    }
    // Behind what is no port there may be the rest of a password whose host was forgotten.
    String shown = m.group("hosts").matches(HOSTS) ? path : "***";
    int database = parseDatabase(path, shown, problems);
    return new RedisUri(
        topology,
        scheme.startsWith("rediss"),
        nodes,
        user,
        password,
        master,
        database,
        parseQuery(m.group("query"), problems));
  }

  /** Whether host, database or parameters are parts of a user and password: not to be shown. */
  private static boolean isCutLogin(Matcher m) {
    String path = m.group("path") == null ? "" : m.group("path");
    String query = m.group("query") == null ? "" : m.group("query");
    return path.contains("@")
        || (query.contains("@")
            && (!query.matches("[a-z.-]+=.*") || !m.group("hosts").matches(HOSTS)));
  }

  private static RedisUri unreadable(String problem, List<String> problems) {
    problems.add(problem);
    return new RedisUri(Topology.STANDALONE, false, List.of(), null, null, null, 0, Map.of());
  }

  private static Topology topologyOf(String scheme, List<String> problems) {
    return switch (scheme) {
      case "redis", "rediss" -> Topology.STANDALONE;
      case "redis-cluster", "rediss-cluster" -> Topology.CLUSTER;
      case "redis-sentinel", "rediss-sentinel" -> Topology.SENTINEL;
      default -> {
        problems.add(
            "the URI's scheme is '"
                + scheme
                + "': allowed are redis, rediss, redis-cluster, rediss-cluster, redis-sentinel,"
                + " rediss-sentinel");
        yield Topology.STANDALONE;
      }
    };
  }

  private static List<Node> parseHosts(String text, int defaultPort, List<String> problems) {
    var nodes = new ArrayList<Node>();
    for (String part : text.split(",", -1)) {
      int colon = part.lastIndexOf(':');
      int bracket = part.lastIndexOf(']');
      boolean hasPort = colon > bracket;
      String host = hasPort ? part.substring(0, colon) : part;
      if (bracket > 0 && host.startsWith("[")) {
        host = host.substring(1, bracket);
      }
      int port = defaultPort;
      try {
        port = hasPort ? Integer.parseInt(part.substring(colon + 1)) : defaultPort;
      } catch (NumberFormatException e) {
        port = 0;
      }
      if (host.isBlank() || port < 1 || port > 65535 || (bracket < 0 && host.contains(":"))) {
        problems.add(
            "'" + shown(part) + "' is not a host, or host:port with a port from 1 to 65535");
      } else {
        nodes.add(new Node(host, port));
      }
    }
    return nodes;
  }

  /** What is no number behind a colon may be a password whose host was forgotten. */
  private static String shown(String hostAndPort) {
    return hostAndPort.matches("[^:]*|[^:]*:\\d*|\\[.*")
        ? hostAndPort
        : hostAndPort.replaceFirst(":.*", ":***");
  }

  private static int parseDatabase(String path, String shown, List<String> problems) {
    if (path.isEmpty()) {
      return 0;
    }
    if (!path.matches("\\d{1,9}")) {
      problems.add("the URI's database is '" + shown + "': allowed is a number from 0");
      return 0;
    }
    return Integer.parseInt(path);
  }

  private static Map<String, String> parseQuery(@Nullable String query, List<String> problems) {
    var parameters = new LinkedHashMap<String, String>();
    if (query != null && !query.isEmpty()) {
      for (String pair : query.split("&", -1)) {
        int equals = pair.indexOf('=');
        if (equals < 1) {
          problems.add(
              "the URI's parameter "
                  + (parameters.size() + 1)
                  + " is not of the form name=value, as in timeout=5s");
        } else {
          parameters.put(pair.substring(0, equals), decode(pair.substring(equals + 1), problems));
        }
      }
    }
    return parameters;
  }

  private static String decode(String text, List<String> problems) {
    try {
      // A plus is a plus in a URI; URLDecoder, made for forms, would read a blank.
      return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      problems.add("the URI has a '%' that does not start an escape; write %25");
      return text;
    }
  }

  private static @Nullable String emptyToNull(String text) {
    return text.isEmpty() ? null : text;
  }
}
