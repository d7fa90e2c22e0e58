package io.kindling.faults;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Reads whole commands and whole replies of RESP2, and keeps the bytes they came as. */
final class RespReader {
  private final InputStream in;
  private ByteArrayOutputStream raw = new ByteArrayOutputStream();
  private List<byte[]> strings = new ArrayList<>();

  RespReader(InputStream in) {
    this.in = new BufferedInputStream(in, 1 << 16);
  }

  /** A command or a reply: its bytes, and the bulk strings among them. */
  static final class Message {
    final byte[] raw;
    final List<byte[]> strings;

    Message(byte[] raw, List<byte[]> strings) {
      this.raw = raw;
      this.strings = strings;
    }
  }

  /**
   * Reads the next one.
   *
   * @throws EOFException if the stream ends before or in it
   */
  Message next() throws IOException {
    raw = new ByteArrayOutputStream();
    strings = new ArrayList<>();
    readValue();
    return new Message(raw.toByteArray(), strings);
  }

  private void readValue() throws IOException {
    String line = readLine();
    char type = line.charAt(0);
    if (type != '$' && type != '*') {
      return;
    }
    int length = Integer.parseInt(line.substring(1));
    if (type == '*') {
      for (int i = 0; i < length; i++) {
        readValue();
      }
    } else if (length >= 0) {
      byte[] bytes = in.readNBytes(length + 2);
      if (bytes.length < length + 2) {
        throw new EOFException();
      }
      raw.writeBytes(bytes);
      strings.add(Arrays.copyOf(bytes, length));
    }
  }

  private String readLine() throws IOException {
    StringBuilder line = new StringBuilder();
    while (true) {
      int b = in.read();
      if (b < 0) {
        throw new EOFException();
      }
      raw.write(b);
      if (b == '\n') {
        return line.substring(0, line.length() - 1);
      }
      line.append((char) b);
    }
  }

  static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
