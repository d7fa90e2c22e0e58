package io.kindling.ml.step;

import java.nio.charset.StandardCharsets;

/**
 * The 32-bit MurmurHash 3 of a text's UTF-8 with the seed that Spark's feature hashing has.
 *
 * <p>Source: Austin Appleby, MurmurHash3_x86_32. Spark up to 2.4 hashed the last bytes of a text
 * that is no multiple of four each on its own, and models saved by it still do.
 */
public enum Murmur3 {
  /** As Appleby has it, and Spark from 3.0. */
  STANDARD(0),
  /** With Spark 2's treatment of the last bytes. */
  SPARK_2(1);

  private static final int SEED = 42;
  private static final int C1 = 0xcc9e2d51;
  private static final int C2 = 0x1b873593;

  private final int code;

  Murmur3(int code) {
    this.code = code;
  }

  int code() {
    return code;
  }

  /** The hash of a text. */
  public int hash(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    int aligned = bytes.length & ~3;
    int hash = SEED;
    for (int i = 0; i < aligned; i += 4) {
      hash = mix(hash, scramble(word(bytes, i, 4)));
    }
    if (this == STANDARD) {
      hash ^= scramble(word(bytes, aligned, bytes.length - aligned));
    } else {
      for (int i = aligned; i < bytes.length; i++) {
        hash = mix(hash, scramble(bytes[i]));
      }
    }
    return finish(hash, bytes.length);
  }

  /** The place of a text among so many. */
  public int index(String text, int size) {
    return Math.floorMod(hash(text), size);
  }

  private static int word(byte[] bytes, int offset, int length) {
    int word = 0;
    for (int i = 0; i < length; i++) {
      word |= (bytes[offset + i] & 0xff) << (8 * i);
    }
    return word;
  }

  private static int scramble(int word) {
    return Integer.rotateLeft(word * C1, 15) * C2;
  }

  private static int mix(int hash, int scrambled) {
    return Integer.rotateLeft(hash ^ scrambled, 13) * 5 + 0xe6546b64;
  }

  private static int finish(int mixed, int length) {
    int hash = mixed ^ length;
    hash = (hash ^ (hash >>> 16)) * 0x85ebca6b;
    hash = (hash ^ (hash >>> 13)) * 0xc2b2ae35;
    return hash ^ (hash >>> 16);
  }
}
