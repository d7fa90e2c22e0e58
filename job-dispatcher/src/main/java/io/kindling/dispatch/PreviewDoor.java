package io.kindling.dispatch;

import io.kindling.dispatch.http.PreviewSource;
import io.kindling.dispatch.queue.CommandQueue;
import io.kindling.dispatch.queue.Lease;
import io.kindling.dispatch.queue.QueueStats;
import java.util.ArrayList;
import java.util.List;

/** A driver as its preview API sees it. */
final class PreviewDoor implements PreviewSource {
  private final CommandQueue queue;
  private final Datasets datasets;
  private final Pools pools;
  private final ScanRecord scans;

  PreviewDoor(CommandQueue queue, Datasets datasets, Pools pools, ScanRecord scans) {
    this.queue = queue;
    this.datasets = datasets;
    this.pools = pools;
    this.scans = scans;
  }

  @Override
  public List<DatasetView> datasets(String tenant) {
    List<DatasetView> views = new ArrayList<>();
    for (String name : datasets.names()) {
      DatasetVersion version = datasets.acquire(name);
      try {
        views.add(
            new DatasetView(
                name,
                version.number(),
                version.scan().frame().numRows(),
                version.sampledShare(),
                version.schema(tenant)));
      } finally {
        version.release();
      }
    }
    return views;
  }

  @Override
  public void check(String tenant, String dataset, String where) {
    DatasetVersion version = datasets.acquire(dataset);
    try {
      version.check(tenant, where);
    } finally {
      version.release();
    }
  }

  @Override
  public QueueStats stats() {
    return queue.stats();
  }

  @Override
  public List<Lease> leases() {
    return queue.leases();
  }

  @Override
  public List<PoolView> pools() {
    return pools.now(queue.options().tenants().keySet());
  }

  @Override
  public ScanFigures scans() {
    return scans.figures();
  }
}
