package io.kindling.bundle;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Set;
import java.util.TreeSet;

/** The methods that a class names in its byte code: all that it can call, but by reflection. */
final class ClassCalls {
  private static final int MAGIC = 0xCAFEBABE;

  private ClassCalls() {}

  /** As {@code java/io/ObjectInputStream.readObject}. */
  static Set<String> of(InputStream classFile) throws IOException {
    var in = new DataInputStream(classFile);
    if (in.readInt() != MAGIC) {
      throw new IOException("No class file");
    }
    in.readInt(); // version
    int size = in.readUnsignedShort();
    var texts = new String[size];
    var first = new int[size];
    var second = new int[size];
    var tags = new int[size];
    for (int i = 1; i < size; i++) {
      tags[i] = in.readUnsignedByte();
      switch (tags[i]) {
        case 1 -> texts[i] = in.readUTF();
        case 3, 4 -> in.readInt();
        case 5, 6 -> {
          in.readLong();
          i++; // takes two entries
        }
        case 7, 8, 16, 19, 20 -> first[i] = in.readUnsignedShort();
        case 9, 10, 11, 12, 17, 18 -> {
          first[i] = in.readUnsignedShort();
          second[i] = in.readUnsignedShort();
        }
        case 15 -> {
          in.readUnsignedByte();
          in.readUnsignedShort();
        }
        default -> throw new IOException("Constant of type " + tags[i]);
      }
    }
    Set<String> calls = new TreeSet<>();
    for (int i = 1; i < size; i++) {
      if (tags[i] == 10 || tags[i] == 11) { // of a class, of an interface
        calls.add(texts[first[first[i]]] + "." + texts[first[second[i]]]);
      }
    }
    return calls;
  }
}
