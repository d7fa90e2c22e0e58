package io.kindling.examples.recommender;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.kindling.examples.CannotRunException;
import io.kindling.ml.factor.FactorEvent;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Ratings of films in the order of time.
 *
 * @param events times in seconds
 * @param titles of films by id
 */
record RatingLog(String name, List<FactorEvent> events, Map<Integer, String> titles) {

  RatingLog {
    events = List.copyOf(events);
    titles = Map.copyOf(titles);
  }

  /**
   * Reads a folder of MovieTweetings or of MovieLens 100K, whichever it holds.
   *
   * @throws CannotRunException if it holds neither, or a file cannot be understood
   */
  static RatingLog read(Path folder) {
    if (Files.exists(folder.resolve("ratings.dat"))) {
      return read(
          "MovieTweetings",
          new Table(folder.resolve("ratings.dat"), UTF_8, "::", 4),
          new Table(folder.resolve("movies.dat"), UTF_8, "::", 3));
    }
    if (Files.exists(folder.resolve("u.data"))) {
      return read(
          "MovieLens 100K",
          new Table(folder.resolve("u.data"), ISO_8859_1, "\t", 4),
          new Table(folder.resolve("u.item"), ISO_8859_1, "\\|", 24));
    }
    throw new CannotRunException(
        "Cannot read ratings from "
            + folder.toAbsolutePath()
            + ": neither MovieLens 100K's u.data nor MovieTweetings' ratings.dat is there");
  }

  private static RatingLog read(String name, Table ratings, Table films) {
    List<FactorEvent> events = new ArrayList<>();
    ratings.read(
        fields ->
            events.add(
                new FactorEvent(
                    Integer.parseInt(fields[0]),
                    Integer.parseInt(fields[1]),
                    Float.parseFloat(fields[2]),
                    Long.parseLong(fields[3]),
                    events.size())));
    events.sort(FactorEvent.ORDER);
    Map<Integer, String> titles = new TreeMap<>();
    films.read(fields -> titles.put(Integer.parseInt(fields[0]), fields[1]));
    return new RatingLog(name, events, titles);
  }

  /** Those who liked what they saw: the ratings from so many stars. */
  List<FactorEvent> atLeast(double rating) {
    return events.stream().filter(event -> event.rating() >= rating).toList();
  }

  /** A text file with one row a line. */
  private record Table(Path file, Charset charset, String separator, int numFields) {

    interface Reader {
      void read(String[] fields);
    }

    void read(Reader reader) {
      int number = 0;
      for (String line : lines()) {
        number++;
        if (line.isEmpty()) {
          continue;
        }
        try {
          String[] fields = line.split(separator, -1);
          if (fields.length != numFields) {
            throw new IllegalArgumentException(fields.length + " fields, expected " + numFields);
          }
          reader.read(fields);
        } catch (IllegalArgumentException e) {
          throw new CannotRunException(
              "Cannot read " + file.toAbsolutePath() + ", line " + number + ": " + e.getMessage(),
              e);
        }
      }
    }

    private List<String> lines() {
      try {
        return Files.readAllLines(file, charset);
      } catch (IOException e) {
        throw new CannotRunException("Cannot read " + file.toAbsolutePath() + ": " + e, e);
      }
    }
  }
}
