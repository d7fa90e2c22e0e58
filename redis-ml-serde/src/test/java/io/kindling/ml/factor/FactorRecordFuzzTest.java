package io.kindling.ml.factor;

import io.kindling.core.testing.FuzzReplay;
import io.kindling.core.testing.FuzzTarget;

class FactorRecordFuzzTest extends FuzzReplay {

  @Override
  protected FuzzTarget target() {
    return new FactorRecordFuzz();
  }
}
