package io.kindling.testing;

/**
 * An executor that runs.
 *
 * @param pid of its process
 * @param worker the worker that started it, from 0
 * @param applicationId Spark's id of the application it belongs to
 * @param executorId Spark's id of it within the application
 */
public record ExecutorProcess(long pid, int worker, String applicationId, String executorId) {}
