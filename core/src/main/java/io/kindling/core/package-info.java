/**
 * Redis as Kindling's features use it; knows no Spark class.
 *
 * <p>Start at {@link io.kindling.core.Redis}:
 *
 * <pre>{@code
 * RedisConfig config = RedisConfig.parse("redis://localhost:6379"); // ships in a closure
 * try (Redis redis = Redis.connect(config)) {
 *   String key = RedisKeys.of("myapp:seen", "2026-11-20"); // myapp:seen:{2026-11-20}
 *   try (RedisPipeline pipeline = redis.pipeline()) { // batches of 512, every reply checked
 *     pipeline.hincrBy(key, "rows", 17);
 *   }
 *   Map<String, String> seen = redis.jedis().hgetAll(key);
 * }
 * }</pre>
 *
 * <table>
 *   <caption>What is here</caption>
 *   <tr><td>{@link io.kindling.core.RedisConfig}</td><td>where Redis is: URI, SparkConf pairs,
 *       builder</td></tr>
 *   <tr><td>{@link io.kindling.core.Redis}</td><td>a handle: commands, nodes, and the
 *       following</td></tr>
 *   <tr><td>{@link io.kindling.core.RedisPipeline}</td><td>many commands in bounded
 *       batches</td></tr>
 *   <tr><td>{@link io.kindling.core.RedisScripts}, {@link io.kindling.core.RedisScript}</td><td>Lua
 *       from the class path</td></tr>
 *   <tr><td>{@link io.kindling.core.RedisFunctions}, {@link
 *       io.kindling.core.FunctionLibrary}</td><td>Redis Functions, installed on every
 *       master</td></tr>
 *   <tr><td>{@link io.kindling.core.RedisKeys}</td><td>keys with hash tags, names checked</td></tr>
 *   <tr><td>{@link io.kindling.core.KindlingException}</td><td>the root of all failures</td></tr>
 *   <tr><td>{@link io.kindling.core.ConfigSection}, {@link
 *       io.kindling.core.ConfigKey}</td><td>the settings of a feature, declared once</td></tr>
 * </table>
 *
 * This package writes no key of its own.
 */
@NullMarked
package io.kindling.core;

import org.jspecify.annotations.NullMarked;
