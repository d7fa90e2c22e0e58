package io.kindling.ml;

import io.kindling.ml.format.ByteSink;
import io.kindling.ml.format.ByteSource;
import io.kindling.ml.format.ModelFormatException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.Consumer;
import java.util.zip.CRC32C;

/**
 * The envelope of {@code docs/format/model-v1.md}: magic, version, kind, length, checksum. Decoding
 * is total: every input gives a model or a {@link ModelFormatException}.
 */
final class ModelCodec {

  private static final int MAGIC = 'K' | 'N' << 8 | 'D' << 16 | 'L' << 24;
  static final int FORMAT_VERSION = 1;
  private static final int HEADER_BYTES = 12;
  private static final int CHECKSUM_BYTES = 4;
  private static final int KIND_FOREST = 1;
  private static final int KIND_PIPELINE = 2;

  private ModelCodec() {}

  static byte[] encode(Forest forest) {
    return enveloped(KIND_FOREST, sink -> ForestCodec.encode(forest, sink));
  }

  static byte[] encode(PipelineBody pipeline) {
    return enveloped(KIND_PIPELINE, sink -> PipelineCodec.encode(pipeline, sink));
  }

  private static byte[] enveloped(int kind, Consumer<ByteSink> body) {
    ByteSink sink = new ByteSink();
    sink.u32(MAGIC);
    sink.u8(FORMAT_VERSION);
    sink.u8(kind);
    sink.u16(0);
    sink.u32(0); // the length, known below
    body.accept(sink);
    sink.u32At(8, sink.size() - HEADER_BYTES);
    sink.u32(checksum(sink.array(), sink.size()));
    return sink.toByteArray();
  }

  static Model decode(byte[] bytes) {
    int kind = checkEnvelope(bytes);
    return kind == KIND_FOREST
        ? ForestCodec.decode(body(bytes))
        : new Pipeline(bytes.clone(), PipelineCodec.decode(body(bytes)));
  }

  /** Decodes bytes that were encoded or decoded by this build. */
  static PipelineBody decodePipeline(byte[] bytes) {
    return PipelineCodec.decode(body(bytes));
  }

  private static ByteSource body(byte[] bytes) {
    return new ByteSource(bytes, HEADER_BYTES, bytes.length - CHECKSUM_BYTES);
  }

  /** Returns the kind. */
  private static int checkEnvelope(byte[] bytes) {
    if (bytes.length < HEADER_BYTES + CHECKSUM_BYTES) {
      throw new ModelFormatException(
          "Cannot decode model: "
              + bytes.length
              + " bytes, a model has at least "
              + (HEADER_BYTES + CHECKSUM_BYTES));
    }
    ByteBuffer header = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    if (header.getInt(0) != MAGIC) {
      throw new ModelFormatException(
          "Cannot decode model: it begins with "
              + String.format("%08X", Integer.reverseBytes(header.getInt(0)))
              + ", a model with 4B4E444C (KNDL)");
    }
    int version = bytes[4] & 0xff;
    if (version != FORMAT_VERSION) {
      throw new ModelFormatException(
          "Cannot decode model: format version "
              + version
              + ", this build reads "
              + FORMAT_VERSION);
    }
    long bodyBytes = Integer.toUnsignedLong(header.getInt(8));
    if (bodyBytes != bytes.length - HEADER_BYTES - CHECKSUM_BYTES) {
      throw new ModelFormatException(
          "Cannot decode model: "
              + bytes.length
              + " bytes, its header says "
              + (bodyBytes + HEADER_BYTES + CHECKSUM_BYTES));
    }
    int end = bytes.length - CHECKSUM_BYTES;
    if (header.getInt(end) != checksum(bytes, end)) {
      throw new ModelFormatException(
          String.format(
              "Cannot decode model (%d bytes): checksum %08X, the bytes give %08X",
              bytes.length, header.getInt(end), checksum(bytes, end)));
    }
    int kind = bytes[5] & 0xff;
    if (kind != KIND_FOREST && kind != KIND_PIPELINE) {
      throw new ModelFormatException(
          "Cannot decode model: kind " + kind + ", this build reads 1 (forest) and 2 (pipeline)");
    }
    if (header.getShort(6) != 0) {
      throw new ModelFormatException(
          "Cannot decode model: reserved bytes at 6 are " + header.getShort(6) + ", allowed is 0");
    }
    return kind;
  }

  private static int checksum(byte[] bytes, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, length);
    return (int) crc.getValue();
  }
}
