package io.kindling.ml;

import io.kindling.core.testing.FuzzReplay;
import io.kindling.core.testing.FuzzTarget;

class ServingFunctionsFuzzIT extends FuzzReplay {
  @Override
  protected FuzzTarget target() {
    return new ServingFunctionsFuzz();
  }
}
