package io.kindling.ml;

import io.kindling.core.FunctionLibrary;

/** The Redis Functions that serve models; {@code docs/functions.md} is their contract. */
final class ModelFunctions {

  static final FunctionLibrary LIBRARY =
      FunctionLibrary.fromClasspath(ModelFunctions.class, "kindling.lua");

  private ModelFunctions() {}
}
