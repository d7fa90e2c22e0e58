package io.kindling.examples.quickstart;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.kindling.core.Redis;
import io.kindling.core.RedisConfig;
import io.kindling.core.RedisKeys;
import io.kindling.examples.movies.Features;
import io.kindling.examples.movies.MovieData;
import java.io.PrintStream;
import java.util.List;

/** How to ask a forest in Redis from anywhere else, with the reply to expect. */
final class TryIt {

  private TryIt() {}

  static void print(
      PrintStream out, Redis redis, Question question, MovieData data, Features features) {
    RedisConfig.Node node = redis.config().nodes().get(0);
    String key = RedisKeys.of("kindling:model", question.forest().modelName());
    String row = question.row().toText();
    String reply =
        new String(
            (byte[])
                redis
                    .jedis()
                    .fcallReadonly(
                        "kindling_predict".getBytes(UTF_8),
                        List.of(key.getBytes(UTF_8)),
                        List.of(row.getBytes(UTF_8))),
            UTF_8);
    out.printf(
        """
        Ask the forest of %1$s about person %2$d yourself. With redis-cli:

        redis-cli -h %3$s -p %4$d FCALL_RO kindling_predict 1 '%5$s' '%6$s'

        It replies "%7$s", which stands for a rating of %8$s. The pairs are features and their values: 0 to
        %9$d are the person's ratings of films, those above averages by genre and what else is known.
        The same in plain Python, which prints %7$s:

        import socket
        def redis(*words):
            connection = socket.create_connection(("%3$s", %4$d))
            connection.sendall(b"*%%d\\r\\n" %% len(words))
            for word in words:
                connection.sendall(b"$%%d\\r\\n%%s\\r\\n" %% (len(word.encode()), word.encode()))
            reply = connection.makefile("rb")
            first = reply.readline().decode()
            return reply.read(int(first[1:])).decode() if first[0] == "$" else first
        print(redis("FCALL_RO", "kindling_predict", "1", "%5$s", "%6$s"))

        """,
        question.forest().film().title(),
        question.example().person().id(),
        node.host(),
        node.port(),
        key,
        row,
        reply,
        data.classes().label((int) question.sparkAnswer().prediction()),
        features.numFilms() - 1);
    if (redis.config().password() != null || redis.config().tls() != null) {
      out.println("(This Redis asks for a login or TLS, which both leave out.)\n");
    }
  }
}
