package io.kindling.ml;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.kindling.ml.PipelineBody.Outputs;
import io.kindling.ml.step.Step;
import io.kindling.ml.step.Wiring;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Puts a {@link Pipeline} together from steps, in the order in which they run. For Kindling's own
 * converters; not thread-safe.
 *
 * <p>Steps that nothing of the answer depends on are left out, and with them the fields that only
 * they read: an indexer of the label, for one, needs no label in a row.
 */
public final class PipelineBuilder {

  /** What a row may give, by name. */
  private final Map<String, Column> given = new LinkedHashMap<>();

  private final Map<String, Column> made = new LinkedHashMap<>();
  private final Map<String, List<String>> labels = new HashMap<>();
  private final List<Planned> planned = new ArrayList<>();

  /** A column's name to that of the one which stands in its place. */
  private final Map<String, String> replaced = new HashMap<>();

  private @Nullable String prediction;
  private @Nullable String label;
  private @Nullable String raw;
  private @Nullable String probability;

  /** A step whose slots are not known yet. */
  private record Planned(
      String stage, List<String> in, List<String> out, Function<Wiring, Step> step) {}

  /**
   * A pipeline of these fields at most.
   *
   * @param given what the rows of a training frame had, the label included
   */
  public PipelineBuilder(Collection<Column> given) {
    given.forEach(column -> this.given.put(column.name(), column));
  }

  /** Whether there is such a column at this point. */
  public boolean has(String column) {
    return given.containsKey(column) || made.containsKey(column);
  }

  /**
   * A column that is there at this point.
   *
   * @throws IllegalArgumentException if there is none of that name
   */
  public Column column(String stage, String name) {
    String current = current(name);
    Column column = made.getOrDefault(current, given.get(current));
    if (column == null) {
      throw new IllegalArgumentException(
          "Cannot convert stage %s: its input column '%s' is neither in the schema nor made by a stage before"
              .formatted(stage, name));
    }
    return column;
  }

  /**
   * Adds a step.
   *
   * @param stage uid of the Spark stage
   * @param in names of columns that are there
   * @param out columns that are not there yet
   * @param step makes it, once its slots are known
   */
  @CanIgnoreReturnValue
  public PipelineBuilder add(
      String stage, List<String> in, List<Column> out, Function<Wiring, Step> step) {
    List<String> sources = in.stream().map(name -> column(stage, name).name()).toList();
    for (Column column : out) {
      if (has(column.name())) {
        throw new IllegalArgumentException(
            "Cannot convert stage %s: its output column '%s' is there already"
                .formatted(stage, column.name()));
      }
      made.put(column.name(), column);
    }
    planned.add(new Planned(stage, sources, out.stream().map(Column::name).toList(), step));
    return this;
  }

  /**
   * Adds a step that puts a column in place of one of the same name. Within the pipeline the new
   * one is named after its stage.
   *
   * @param column the new one, under the name of the old one
   */
  public void replace(String stage, Column column, Function<Wiring, Step> step) {
    Column old = column(stage, column.name());
    Column renamed = new Column(stage + "." + column.name(), column.type(), column.size());
    add(stage, List.of(old.name()), List.of(renamed), step);
    replaced.put(column.name(), renamed.name());
  }

  /**
   * Tells the size of the vectors of a column, if it was not known: that of a stage which refuses
   * all others. A sparse row, which does not say its own, takes it.
   */
  public void expectSize(String name, int size) {
    String current = current(name);
    for (Map<String, Column> columns : List.of(given, made)) {
      columns.computeIfPresent(
          current,
          (key, column) ->
              column.type() == Column.Type.VECTOR && column.size() == 0
                  ? Column.vector(key, size)
                  : column);
    }
  }

  private String current(String name) {
    return replaced.getOrDefault(name, name);
  }

  /** Keeps the names of a column's indices, for a stage that asks for them. */
  public void label(String column, List<String> names) {
    labels.put(column, List.copyOf(names));
  }

  /** The names of a column's indices, as far as a stage before has told them. */
  public Optional<List<String>> labelsOf(String column) {
    return Optional.ofNullable(labels.get(column));
  }

  /**
   * Makes columns of a model the answer, in place of those of a model before.
   *
   * @param raw null if there is none, as {@code probability}
   */
  public void answer(String prediction, @Nullable String raw, @Nullable String probability) {
    this.prediction = prediction;
    this.raw = raw;
    this.probability = probability;
    this.label = null;
  }

  /** Makes a column of texts the label of the answer if it names the prediction. */
  public void nameAnswer(String of, String label) {
    if (of.equals(prediction)) {
      this.label = label;
    }
  }

  /** A forest of one vector, with its outputs as Spark's; the raw ones only of a classifier. */
  public void addForest(String stage, String in, List<Column> out, Forest forest) {
    add(stage, List.of(in), out, wiring -> new ForestStep(wiring, forest));
  }

  /**
   * The pipeline whose answer is that of its last model; without a model, all that its steps make.
   *
   * @throws IllegalArgumentException if there is no step
   */
  public Pipeline build() {
    Set<String> wanted = new HashSet<>();
    for (String output : new String[] {prediction, label, raw, probability}) {
      if (output != null) {
        wanted.add(output);
      }
    }
    return build(wanted.isEmpty() ? made.keySet() : wanted);
  }

  /**
   * The pipeline that makes these columns, and no more than they need.
   *
   * @throws IllegalArgumentException if one of them is not made by a step
   */
  public Pipeline build(Collection<String> wanted) {
    for (String name : wanted) {
      if (!made.containsKey(name)) {
        throw new IllegalArgumentException(
            "Cannot make column '%s': the stages make %s".formatted(name, made.keySet()));
      }
    }
    if (wanted.isEmpty()) {
      throw new IllegalArgumentException("Cannot build a pipeline: no stage makes anything");
    }
    List<Planned> needed = needed(new HashSet<>(wanted));
    List<Column> columns = new ArrayList<>();
    Map<String, Integer> slots = new HashMap<>();
    for (Column column : given.values()) {
      if (needed.stream().anyMatch(step -> step.in().contains(column.name()))) {
        slots.put(column.name(), columns.size());
        columns.add(column);
      }
    }
    int numFields = columns.size();
    List<Step> steps = new ArrayList<>();
    for (Planned plan : needed) {
      for (String name : plan.out()) {
        slots.put(name, columns.size());
        columns.add(made.get(name));
      }
      steps.add(
          plan.step().apply(new Wiring(plan.stage(), at(plan.in(), slots), at(plan.out(), slots))));
    }
    return Pipeline.of(new PipelineBody(columns, numFields, steps, outputs(slots)));
  }

  /** From the last step to the first: what a needed step reads is needed. */
  private List<Planned> needed(Set<String> wanted) {
    List<Planned> needed = new ArrayList<>();
    for (int i = planned.size() - 1; i >= 0; i--) {
      Planned plan = planned.get(i);
      if (plan.out().stream().anyMatch(wanted::contains)) {
        needed.add(0, plan);
        wanted.addAll(plan.in());
      }
    }
    return needed;
  }

  private static int[] at(List<String> names, Map<String, Integer> slots) {
    return names.stream().mapToInt(slots::get).toArray();
  }

  private Outputs outputs(Map<String, Integer> slots) {
    return new Outputs(
        at(prediction, slots), at(label, slots), at(raw, slots), at(probability, slots));
  }

  private static int at(@Nullable String name, Map<String, Integer> slots) {
    return name == null ? PipelineBody.NONE : slots.getOrDefault(name, PipelineBody.NONE);
  }
}
