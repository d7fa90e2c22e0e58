package io.kindling.examples.movies;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.kindling.examples.CannotRunException;
import io.kindling.examples.ExamplesFolder;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The ratings of MovieTweetings or of MovieLens 100K.
 *
 * @param people in the order of their ids
 */
public record MovieData(String name, List<Film> films, List<Person> people, RatingClasses classes) {

  /** The MovieTweetings that lie in the repository. */
  public static Path shipped() {
    return ExamplesFolder.resolve("data", "movietweetings-100k");
  }

  /**
   * Reads a folder, whichever of the two it holds.
   *
   * @throws CannotRunException if it holds neither, or a file cannot be understood
   */
  public static MovieData read(Path folder) {
    try {
      if (Files.exists(folder.resolve("ratings.dat"))) {
        return readMovieTweetings(folder);
      }
      if (Files.exists(folder.resolve("u.data"))) {
        return readMovieLens(folder);
      }
    } catch (IOException e) {
      throw new CannotRunException("Cannot read " + folder.toAbsolutePath() + ": " + e, e);
    }
    throw new CannotRunException(
        "Cannot read ratings from "
            + folder.toAbsolutePath()
            + ": neither MovieLens 100K's u.data nor MovieTweetings' ratings.dat is there");
  }

  private static MovieData readMovieTweetings(Path folder) throws IOException {
    Map<String, Film> films = new LinkedHashMap<>();
    readLines(
        folder.resolve("movies.dat"),
        UTF_8,
        "::",
        3,
        movie -> films.put(movie[0], new Film(movie[0], movie[1], genres(movie[2]))));

    Map<Integer, Person> people = new TreeMap<>();
    readLines(
        folder.resolve("ratings.dat"),
        UTF_8,
        "::",
        4,
        rating -> addRating(rating, people, films, RatingClasses.IMDB));
    return new MovieData("MovieTweetings", films, people, RatingClasses.IMDB);
  }

  private static List<String> genres(String joined) {
    return joined.isEmpty() ? List.of() : List.of(joined.split("\\|"));
  }

  private static MovieData readMovieLens(Path folder) throws IOException {
    List<String> genres = new ArrayList<>();
    readLines(folder.resolve("u.genre"), ISO_8859_1, "\\|", 2, genre -> genres.add(genre[0]));

    Map<String, Film> films = new LinkedHashMap<>();
    readLines(
        folder.resolve("u.item"),
        ISO_8859_1,
        "\\|",
        5 + genres.size(),
        item -> {
          List<String> ofFilm = new ArrayList<>();
          for (int i = 0; i < genres.size(); i++) {
            if (item[5 + i].equals("1")) {
              ofFilm.add(genres.get(i));
            }
          }
          films.put(item[0], new Film(item[0], item[1], List.copyOf(ofFilm)));
        });

    Map<Integer, Person> people = new TreeMap<>();
    readLines(
        folder.resolve("u.user"),
        ISO_8859_1,
        "\\|",
        5,
        user -> {
          Map<String, Double> traits = new TreeMap<>();
          traits.put("age", Double.valueOf(user[1]));
          traits.put("gender " + user[2], 1.0);
          traits.put("occupation " + user[3], 1.0);
          int id = Integer.parseInt(user[0]);
          people.put(id, new Person(id, new LinkedHashMap<>(), traits));
        });

    readLines(
        folder.resolve("u.data"),
        ISO_8859_1,
        "\t",
        4,
        rating -> addRating(rating, people, films, RatingClasses.STARS));
    return new MovieData("MovieLens 100K", films, people, RatingClasses.STARS);
  }

  /** Both data sets begin a rating with user, film, rating. */
  private static void addRating(
      String[] fields,
      Map<Integer, Person> people,
      Map<String, Film> films,
      RatingClasses classes) {
    int user = Integer.parseInt(fields[0]);
    Film film = films.get(fields[1]);
    if (film == null) {
      throw new IllegalArgumentException("film " + fields[1] + " is not in the list of films");
    }
    int rating = Integer.parseInt(fields[2]);
    classes.classOf(rating); // refuses what is outside the scale
    people
        .computeIfAbsent(user, id -> new Person(id, new LinkedHashMap<>(), Map.of()))
        .ratings()
        .put(film, rating);
  }

  private MovieData(
      String name, Map<String, Film> films, Map<Integer, Person> people, RatingClasses classes) {
    this(name, List.copyOf(films.values()), List.copyOf(people.values()), classes);
  }

  /** How many ratings there are. */
  public int numRatings() {
    return people.stream().mapToInt(person -> person.ratings().size()).sum();
  }

  /** How many people rated each film, for the films that anybody rated. */
  public Map<Film, Integer> numRatingsOfFilms() {
    Map<Film, Integer> counts = new HashMap<>();
    for (Person person : people) {
      for (Film film : person.ratings().keySet()) {
        counts.merge(film, 1, Integer::sum);
      }
    }
    return counts;
  }

  /** The films that most people rated, the most rated first. */
  public List<Film> mostRated(int count) {
    return numRatingsOfFilms().entrySet().stream()
        .sorted(
            Map.Entry.<Film, Integer>comparingByValue()
                .reversed()
                .thenComparing(entry -> entry.getKey().id()))
        .limit(count)
        .map(Map.Entry::getKey)
        .toList();
  }

  private interface LineReader {
    void read(String[] fields);
  }

  private static void readLines(
      Path file, Charset charset, String separator, int numFields, LineReader reader)
      throws IOException {
    int number = 0;
    for (String line : Files.readAllLines(file, charset)) {
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
            "Cannot read " + file.toAbsolutePath() + ", line " + number + ": " + e.getMessage(), e);
      }
    }
  }
}
