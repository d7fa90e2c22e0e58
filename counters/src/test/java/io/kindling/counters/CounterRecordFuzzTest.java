package io.kindling.counters;

import io.kindling.core.testing.FuzzReplay;
import io.kindling.core.testing.FuzzTarget;

class CounterRecordFuzzTest extends FuzzReplay {
  @Override
  protected FuzzTarget target() {
    return new CounterRecordFuzz();
  }
}
