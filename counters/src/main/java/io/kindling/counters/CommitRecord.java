package io.kindling.counters;

/**
 * What the ledger holds for a partition: who counted and what. {@code docs/format/counters-v1.md}
 * lays down the bytes.
 */
record CommitRecord(TaskIdentity task, Counts counts) {
  private static final int FORMAT = 1;
  private static final int PLAIN = 0;
  private static final int STAGED = 1;

  /**
   * The bytes.
   *
   * @param names the pass's dictionary; what it lacks is written out
   */
  byte[] encode(NameDictionary names) {
    ByteWriter out = new ByteWriter();
    out.writeByte(FORMAT);
    out.writeVarint(task.stageId());
    out.writeVarint(task.stageAttempt());
    out.writeVarint(task.taskAttemptId());
    out.writeInt(task.application());
    out.writeInt(task.nonce());
    if (counts instanceof StagedVector staged) {
      out.writeByte(STAGED);
      out.writeVarint(staged.chunks());
      out.writeVarint(staged.size());
      out.writeLong(staged.digest());
      out.writeLong(staged.stageId());
    } else {
      out.writeByte(PLAIN);
      VectorCodec.encode((CounterVector) counts, names, out);
    }
    return out.toByteArray();
  }

  /**
   * Reads bytes. Total: any bytes give a record or one clear failure.
   *
   * @param names a dictionary that begins with the one that the bytes were written with
   * @throws RecordFormatException if they are not a record, or of a higher format
   */
  static CommitRecord decode(byte[] bytes, NameDictionary names) {
    ByteReader in = new ByteReader(bytes);
    int format = in.readByte("format");
    if (format != FORMAT) {
      throw in.failure("format " + format + ", this build reads " + FORMAT);
    }
    TaskIdentity task =
        new TaskIdentity(
            in.readSize("stage id"),
            in.readSize("stage attempt"),
            in.readVarint("task attempt id"),
            in.readInt("application"),
            in.readInt("nonce"));
    int flags = in.readByte("flags");
    Counts counts =
        switch (flags) {
          case PLAIN -> VectorCodec.decode(in, names);
          case STAGED ->
              new StagedVector(
                  in.readSize("chunks"),
                  in.readSize("fields"),
                  in.readLong("digest"),
                  in.readLong("stage id"));
          default -> throw in.failure("flags " + flags + ", allowed are 0 and 1");
        };
    if (counts instanceof StagedVector staged && staged.chunks() == 0) {
      throw in.failure("a staged record without chunks");
    }
    in.checkEnd();
    return new CommitRecord(task, counts);
  }
}
