package io.kindling.ml;

import io.kindling.core.FunctionLibrary;

/** The Redis Functions that serve models; {@code docs/functions.md} is their contract. */
final class ModelFunctions {

  /** In reading order, which is the order in which Lua needs them. */
  static final FunctionLibrary LIBRARY =
      FunctionLibrary.fromClasspath(
          ModelFunctions.class,
          "functions/library.lua",
          "functions/features.lua",
          "functions/trees.lua",
          "functions/forest.lua",
          "functions/cache.lua",
          "functions/answers.lua",
          "functions/vectors.lua",
          "functions/fields.lua",
          "functions/pipeline.lua",
          "functions/stages-columns.lua",
          "functions/stages-vectors.lua",
          "functions/stages-models.lua",
          "functions/pipeline-answers.lua",
          "functions/functions.lua");

  private ModelFunctions() {}
}
