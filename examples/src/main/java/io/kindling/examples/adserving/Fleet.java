package io.kindling.examples.adserving;

/**
 * How many machines like the one measured the whole case needs.
 *
 * @param campaigns in all
 * @param requestsPerSecond in all
 * @param machineCampaigns campaigns whose forests fit into a machine's memory, at least 1
 */
record Fleet(int campaigns, int requestsPerSecond, int machineCampaigns) {

  /**
   * Machines of one reading.
   *
   * @param bySpeed so that requests are answered in time
   * @param byMemory so that every campaign's forest is held somewhere
   */
  record Machines(long bySpeed, long byMemory) {

    long needed() {
      return Math.max(bySpeed, byMemory);
    }
  }

  /**
   * Each request is asked of one campaign's forest, on the machine that holds it.
   *
   * @param machineRequestsPerSecond that one machine holds, spread over its campaigns
   */
  Machines oneForestARequest(double machineRequestsPerSecond) {
    return new Machines((long) Math.ceil(requestsPerSecond / machineRequestsPerSecond), byMemory());
  }

  /**
   * Each request is asked of every campaign's forest: every machine gets all requests for the
   * campaigns that it holds. Then few campaigns a machine make the largest batches.
   *
   * @param machineRequestsPerSecond that one machine holds with one campaign
   */
  Machines everyForestARequest(double machineRequestsPerSecond) {
    double evaluationsPerSecond = (double) requestsPerSecond * campaigns;
    return new Machines(
        (long) Math.ceil(evaluationsPerSecond / machineRequestsPerSecond), byMemory());
  }

  private long byMemory() {
    return (long) Math.ceil((double) campaigns / machineCampaigns);
  }
}
