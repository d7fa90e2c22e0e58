package io.kindling.dispatch.http;

import io.kindling.core.testing.FuzzReplay;
import io.kindling.core.testing.FuzzTarget;

class PreviewBodyFuzzTest extends FuzzReplay {
  @Override
  protected FuzzTarget target() {
    return new PreviewBodyFuzz();
  }
}
