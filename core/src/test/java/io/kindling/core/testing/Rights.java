package io.kindling.core.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.core.RedisConfig;
import io.kindling.core.RedisReplyException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The rights of a user as docs/acl.md grants them, and the check that a contract needs each of them
 * and no other.
 *
 * <p>A contract needs a right if without it one of its tests fails, or Redis notes in ACL LOG that
 * something was refused. A test that fails has to fail with an error that names the right; where
 * Kindling goes on without it, the document says how.
 */
public final class Rights {
  private static final String DOCUMENT = "docs/acl.md";

  /** Whether to take each right away in turn, as {@code -Ptopologies} does. */
  private static final boolean EACH = Boolean.getBoolean("kindling.test.each-right");

  private static final Pattern PERMITTED = Pattern.compile("'([\\w|]+)' command");
  private static final Pattern IN_SCRIPT =
      Pattern.compile("(\\w+\\.lua|library \\w+) calls ([\\w ]+)$");

  private static final Pattern REFUSAL =
      Pattern.compile("reason, (\\w+), context, \\w+, object, (.*?), username, ([\\w-]+),");

  /** What every client tries and does without. */
  private static final List<String> OPTIONAL =
      List.of("client|setname", "client|setinfo", "cluster|myid", "info");

  /** Behind reset, on and the password. */
  private static final int FIRST_RIGHT = 3;

  private static final AtomicInteger PASSWORDS = new AtomicInteger();

  private final String user;
  private final List<String> rules;

  /** Those that are looked at; the others are there in any case. */
  private final List<String> looked;

  private Rights(String user, List<String> rules, List<String> looked) {
    this.user = user;
    this.rules = List.copyOf(rules);
    this.looked = List.copyOf(looked);
  }

  /** What the document's line {@code ACL SETUSER <user> ...} grants. */
  public static Rights of(String user) {
    Matcher line =
        Pattern.compile("(?m)^ACL SETUSER " + user + " (.*)$").matcher(DocBlock.text(DOCUMENT));
    assertThat(line.find()).as("%s has a line for %s", DOCUMENT, user).isTrue();
    List<String> rules = Arrays.asList(line.group(1).split(" ", -1));
    // Its key patterns, channel patterns and commands.
    return new Rights(
        user, rules, rules.stream().filter(rule -> rule.matches("[~%&+].*")).toList());
  }

  /**
   * The same with what rows of the document's table add to any line, which alone is looked at.
   *
   * @param condition the first cell of a row
   */
  public Rights adding(String condition) {
    String row =
        DocBlock.text(DOCUMENT)
            .lines()
            .filter(line -> line.startsWith("| " + condition + " |"))
            .findFirst()
            .orElseThrow();
    List<String> more =
        Pattern.compile("[+&][\\w|:-]+")
            .matcher(row.replace("\\|", "|"))
            .results()
            .map(MatchResult::group)
            .toList();
    List<String> added =
        looked.contains(rules.get(FIRST_RIGHT))
            ? more
            : Stream.concat(looked.stream(), more.stream()).toList();
    return new Rights(user, Stream.concat(rules.stream(), more.stream()).toList(), added);
  }

  private Rights without(String rule) {
    return new Rights(user, rules.stream().filter(each -> !each.equals(rule)).toList(), List.of());
  }

  /** Makes the user on a server, and returns how to connect as it. */
  public RedisConfig grant(TestRedis server) {
    return grant(Servers.of(server));
  }

  private RedisConfig grant(Servers servers) {
    // Another one each time: what the JVM shares between equal configurations is not used again.
    String password = "pw" + PASSWORDS.incrementAndGet();
    String[] line = setUser(password);
    servers.all().forEach(node -> assertThat(node.ask("ACL", line)).isEqualTo("OK"));
    return servers.config().toBuilder().user(user).password(password).build();
  }

  /** A server, or the nodes of a cluster. */
  private record Servers(RedisConfig config, List<Node> masters, List<Node> all) {
    interface Node {
      String ask(String command, String... args);
    }

    static Servers of(TestRedis server) {
      List<Node> nodes = List.of(server::ask);
      return new Servers(server.config(), nodes, nodes);
    }

    static Servers of(TestRedis.Cluster cluster) {
      List<Node> nodes = new ArrayList<>();
      for (int i = 0; i < cluster.ports().size(); i++) {
        int node = i;
        nodes.add((command, args) -> cluster.ask(node, command, args));
      }
      return new Servers(cluster.config(), nodes.subList(0, nodes.size() / 2), nodes);
    }
  }

  private String[] setUser(String password) {
    return Stream.concat(Stream.of("SETUSER", user), rules.stream())
        .map(rule -> rule.replace("<password>", password))
        .toArray(String[]::new);
  }

  /**
   * Checks that a contract holds with the rights, and needs each of them; then that the document
   * says how it shows which is missing.
   *
   * @param goesOn right -> how Kindling goes on without it
   * @param contract an instance of the contract, whose user connects so
   */
  public void check(
      TestRedis server, Map<String, String> goesOn, Function<RedisConfig, Object> contract) {
    String table = check(Servers.of(server), goesOn, contract);
    if (EACH && looked.contains(rules.get(FIRST_RIGHT))) { // Not what is added to any line.
      DocBlock.in(DOCUMENT, user).check(table);
    }
  }

  /** The same in a cluster, whose masters are the first half of its nodes. */
  public void check(
      TestRedis.Cluster cluster,
      Map<String, String> goesOn,
      Function<RedisConfig, Object> contract) {
    check(Servers.of(cluster), goesOn, contract);
  }

  private String check(
      Servers servers, Map<String, String> goesOn, Function<RedisConfig, Object> contract) {
    RedisConfig all = prepare(servers, this);
    Optional<ContractRun.Failure> failure = ContractRun.firstFailure(() -> contract.apply(all));
    failure.ifPresent(
        f -> {
          throw new AssertionError(
              user + ", with all rights, " + f.test() + "; ACL LOG " + refusals(servers),
              f.cause());
        });
    assertThat(refusals(servers)).as("refused to %s, who has all rights", user).isEmpty();
    if (!EACH) {
      return "";
    }
    List<String> superfluous = new ArrayList<>();
    List<String> unclear = new ArrayList<>();
    StringBuilder table =
        new StringBuilder("\n| without | what fails first | with |\n|---|---|---|\n");
    for (String right : looked) {
      RedisConfig reduced = prepare(servers, without(right));
      Optional<ContractRun.Failure> first = ContractRun.firstFailure(() -> contract.apply(reduced));
      Set<String> refused = refusals(servers);
      System.out.printf(
          "%s without %s: %s; ACL LOG %s%n",
          user,
          right,
          first.map(f -> f.test() + ": " + firstLine(f.cause())).orElse("holds"),
          refused);
      String error = first.map(f -> errorOf(f.cause(), right)).orElse(null);
      String how = goesOn.get(right);
      if (first.isEmpty() && refused.isEmpty()) {
        superfluous.add(right);
      } else if (error != null && how == null) {
        row(table, right, first.orElseThrow().test(), error);
      } else if (error == null && how != null) {
        row(table, right, "nothing", how);
      } else {
        unclear.add(
            right
                + ": "
                + first.map(f -> f.test() + " with " + firstLine(f.cause())).orElse("holds")
                + "; is to go on: "
                + how);
      }
    }
    System.out.println(table);
    assertThat(superfluous).as("rights of %s that nothing needs", user).isEmpty();
    assertThat(unclear).as("rights of %s whose lack is not told clearly", user).isEmpty();
    return table.append('\n').toString();
  }

  private static void row(StringBuilder table, String right, String what, String how) {
    table.append(String.format("| `%s` | %s | %s |\n", right, what, how));
  }

  private static RedisConfig prepare(Servers servers, Rights rights) {
    for (Servers.Node master : servers.masters()) {
      master.ask("FLUSHALL");
      master.ask("SCRIPT", "FLUSH");
      master.ask("FUNCTION", "FLUSH");
    }
    for (Servers.Node node : servers.all()) {
      node.ask("ACL", "DELUSER", rights.user); // Which also closes its connections.
    }
    RedisConfig config = rights.grant(servers);
    servers.all().forEach(node -> node.ask("ACL", "LOG", "RESET"));
    return config;
  }

  /** Commands, keys and channels that were refused to the user. */
  private Set<String> refusals(Servers servers) {
    Set<String> refused = new TreeSet<>();
    for (Servers.Node node : servers.all()) {
      Matcher entry = REFUSAL.matcher(node.ask("ACL", "LOG", "128"));
      while (entry.find()) {
        if (entry.group(3).equals(user) && !OPTIONAL.contains(entry.group(2))) {
          refused.add(entry.group(1) + " " + entry.group(2));
        }
      }
    }
    return refused;
  }

  private static String firstLine(Throwable e) {
    return String.valueOf(e).lines().findFirst().orElse("");
  }

  /** How the error names the right; null if it does not. */
  private static @Nullable String errorOf(Throwable failure, String right) {
    for (Throwable e = failure; e != null; e = e.getCause()) {
      if (e instanceof RedisReplyException.NoPermission
          || String.valueOf(e.getMessage()).contains("NOPERM")) { // In the text of an assertion.
        return named(Objects.requireNonNull(e.getMessage()), right);
      }
    }
    return null;
  }

  private static @Nullable String named(String message, String right) {
    if (!right.startsWith("+")) {
      String what = right.startsWith("&") ? "channel" : "key";
      return message.contains(what) ? "`NOPERM`, no access to the " + what : null;
    }
    String command = right.substring(1);
    Matcher direct = PERMITTED.matcher(message);
    if (direct.find()) {
      return direct.group(1).equals(command) ? "`NOPERM`, `" + command + "`" : null;
    }
    if (message.contains("NOPERM allow ")) {
      return message.endsWith("NOPERM allow " + right) ? "`NOPERM allow " + right + "`" : null;
    }
    Matcher inside = IN_SCRIPT.matcher(message);
    return inside.find() && inside.group(2).toLowerCase(Locale.ROOT).contains(command)
        ? "`NOPERM`, " + inside.group(2) + " in " + inside.group(1)
        : null;
  }
}
