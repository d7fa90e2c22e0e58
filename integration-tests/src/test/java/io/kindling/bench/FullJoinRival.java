package io.kindling.bench;

import io.kindling.ml.factor.EventRandom;
import io.kindling.ml.factor.FactorEvent;
import io.kindling.ml.factor.FactorKind;
import io.kindling.ml.factor.FactorRule;
import io.kindling.ml.factor.FactorSettings;
import io.kindling.ml.factor.Factors;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.spark.HashPartitioner;
import org.apache.spark.Partitioner;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.storage.StorageLevel;
import scala.Tuple2;

/**
 * The way of the seed's public code: all users and all items are RDDs that a driver variable names.
 * A micro-batch joins them with the ids that it touches, learns, and replaces each by its full
 * outer join with what was learned, kept in memory; every tenth batch cuts the lineage.
 *
 * <p>In favour of that way: the RDDs keep their partitioner, so that no join moves the model; there
 * are as many partitions as cores; vectors stay objects; the lineage is cut by a local checkpoint,
 * which writes nothing to a shared disk.
 */
final class FullJoinRival {

  private static final int CUT_EVERY = 10;

  private final Partitioner partitioner;
  private final FactorSettings settings;
  private final FactorRule rule;
  private JavaPairRDD<Integer, Factors> users;
  private JavaPairRDD<Integer, Factors> items;
  private int batches;

  /** One that knows so many users and items. */
  FullJoinRival(
      JavaSparkContext context, FactorSettings settings, FactorRule rule, int users, int items) {
    this.settings = settings;
    this.rule = rule;
    this.partitioner = new HashPartitioner(context.defaultParallelism());
    this.users = kept(initial(context, FactorKind.USER, users));
    this.items = kept(initial(context, FactorKind.ITEM, items));
  }

  private JavaPairRDD<Integer, Factors> initial(
      JavaSparkContext context, FactorKind kind, int count) {
    FactorSettings own = settings;
    List<Integer> ids = new ArrayList<>(IntStream.range(0, count).boxed().toList());
    return context
        .parallelize(ids)
        .mapToPair(id -> new Tuple2<>(id, own.initial(kind, id)))
        .partitionBy(partitioner);
  }

  private static JavaPairRDD<Integer, Factors> kept(JavaPairRDD<Integer, Factors> model) {
    model.persist(StorageLevel.MEMORY_ONLY());
    model.count();
    return model;
  }

  /** What a batch has learned. */
  private record Learned(Map<Integer, Factors> users, Map<Integer, Factors> items)
      implements Serializable {}

  /** Learns one micro-batch. */
  void learn(Dataset<Row> rows) {
    JavaRDD<FactorEvent> events =
        rows.toJavaRDD()
            .map(
                row ->
                    new FactorEvent(
                        row.getInt(0), row.getInt(1), row.getFloat(2), row.getLong(3), 0))
            .persist(StorageLevel.MEMORY_ONLY());
    FactorSettings own = settings;
    FactorRule learning = rule;
    JavaRDD<Learned> learned =
        events
            .coalesce(1)
            .zipPartitions(touched(events.map(FactorEvent::user), users, FactorKind.USER), Pair::of)
            .zipPartitions(
                touched(events.map(FactorEvent::item), items, FactorKind.ITEM),
                (pair, touched) ->
                    List.of(learned(own, learning, pair.next(), vectors(touched))).iterator())
            .persist(StorageLevel.MEMORY_ONLY());
    boolean isCut = ++batches % CUT_EVERY == 0;
    JavaPairRDD<Integer, Factors> newUsers =
        replaced(users, learned.flatMapToPair(one -> pairs(one.users)), isCut);
    JavaPairRDD<Integer, Factors> newItems =
        replaced(items, learned.flatMapToPair(one -> pairs(one.items)), isCut);
    users.unpersist();
    items.unpersist();
    learned.unpersist();
    events.unpersist();
    users = newUsers;
    items = newItems;
  }

  /** Events and users, on their way to the items. */
  private record Pair(List<FactorEvent> events, Map<Integer, Factors> users)
      implements Serializable {

    static Iterator<Pair> of(
        Iterator<FactorEvent> events, Iterator<Tuple2<Integer, Factors>> users) {
      List<FactorEvent> all = new ArrayList<>();
      events.forEachRemaining(all::add);
      return List.of(new Pair(all, vectors(users))).iterator();
    }
  }

  /** In one partition: a batch is small against the model. */
  private JavaRDD<Tuple2<Integer, Factors>> touched(
      JavaRDD<Integer> ids, JavaPairRDD<Integer, Factors> model, FactorKind kind) {
    FactorSettings own = settings;
    return ids.mapToPair(id -> new Tuple2<>(id, true))
        .reduceByKey(partitioner, (one, other) -> one)
        .leftOuterJoin(model, partitioner)
        .map(
            pair -> {
              Factors known = pair._2()._2().orElse(null);
              return new Tuple2<>(
                  pair._1(), known == null ? own.initial(kind, pair._1()) : known.copy());
            })
        .coalesce(1, /* shuffle= */ true);
  }

  private static Map<Integer, Factors> vectors(Iterator<Tuple2<Integer, Factors>> pairs) {
    Map<Integer, Factors> vectors = new TreeMap<>();
    pairs.forEachRemaining(pair -> vectors.put(pair._1(), pair._2()));
    return vectors;
  }

  private static Learned learned(
      FactorSettings settings, FactorRule rule, Pair pair, Map<Integer, Factors> items) {
    List<Factors> all = new ArrayList<>(items.values());
    List<FactorEvent> events = new ArrayList<>(pair.events);
    events.sort(FactorEvent.ORDER);
    for (FactorEvent event : events) {
      rule.learn(
          Objects.requireNonNull(pair.users.get(event.user())),
          Objects.requireNonNull(items.get(event.item())),
          event,
          FactorRule.Context.of(3, all, EventRandom.of(settings.seed(), event.time())));
    }
    return new Learned(pair.users, items);
  }

  private static Iterator<Tuple2<Integer, Factors>> pairs(Map<Integer, Factors> vectors) {
    return vectors.entrySet().stream()
        .map(entry -> new Tuple2<>(entry.getKey(), entry.getValue()))
        .iterator();
  }

  private JavaPairRDD<Integer, Factors> replaced(
      JavaPairRDD<Integer, Factors> model, JavaPairRDD<Integer, Factors> learned, boolean isCut) {
    JavaPairRDD<Integer, Factors> joined =
        model
            .fullOuterJoin(learned, partitioner)
            .mapValues(both -> both._2().isPresent() ? both._2().get() : both._1().get());
    if (isCut) {
      joined.rdd().localCheckpoint();
    }
    return kept(joined);
  }

  /** Gives the memory back. */
  void close() {
    users.unpersist();
    items.unpersist();
  }

  /** How many events the users have learned from. */
  long events() {
    return users.map(pair -> (long) pair._2().count).reduce(Long::sum);
  }
}
