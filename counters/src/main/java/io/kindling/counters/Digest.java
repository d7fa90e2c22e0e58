package io.kindling.counters;

/** 64-bit FNV-1a, finished by MurmurHash3's mixing: spreads well, and is the same everywhere. */
final class Digest {
  private long hash = 0xcbf29ce484222325L;

  Digest add(byte value) {
    hash = (hash ^ (value & 0xff)) * 0x100000001b3L;
    return this;
  }

  Digest add(byte[] values) {
    for (byte value : values) {
      add(value);
    }
    return this;
  }

  /** Its 8 bytes, the lowest first. */
  Digest add(long value) {
    for (int shift = 0; shift < Long.SIZE; shift += 8) {
      add((byte) (value >>> shift));
    }
    return this;
  }

  long value() {
    long h = hash;
    h = (h ^ (h >>> 33)) * 0xff51afd7ed558ccdL;
    h = (h ^ (h >>> 33)) * 0xc4ceb9fe1a85ec53L;
    return h ^ (h >>> 33);
  }
}
