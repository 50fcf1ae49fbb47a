/**
 * The replay guard that several nodes share, in Redis. Start with {@link io.nestcms.webhook.redis.RedisReplayGuard}. Needs
 * {@code redis.clients:jedis} on the class path, version 5 or later.
 */
@NullMarked
package io.nestcms.webhook.redis;

import org.jspecify.annotations.NullMarked;
