package io.kindling.examples.recommender;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Ratings as MovieTweetings has them: 600, of 20 users and some 20 films, in three weeks. */
final class SmallRatings {

  private SmallRatings() {}

  /** Writes them into a folder. */
  static void write(Path folder) throws IOException {
    StringBuilder ratings = new StringBuilder();
    for (int i = 0; i < 600; i++) {
      int user = i * 7 % 20;
      ratings.append(user + "::" + (i * 3 % 11 + user % 2 * 8) + "::8::" + i * 3_000L + "\n");
    }
    Files.writeString(folder.resolve("ratings.dat"), ratings);
    Files.writeString(folder.resolve("movies.dat"), "1::A film (2013)::Drama\n");
  }
}
