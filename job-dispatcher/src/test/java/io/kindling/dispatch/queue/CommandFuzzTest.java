package io.kindling.dispatch.queue;

import io.kindling.core.testing.FuzzReplay;
import io.kindling.core.testing.FuzzTarget;

class CommandFuzzTest extends FuzzReplay {
  @Override
  protected FuzzTarget target() {
    return new CommandFuzz();
  }
}
