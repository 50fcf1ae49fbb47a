/**
 * Redis as the engine that nodes share: caches, sessions, rate limits and events over nodes. Start with
 * {@link io.nestcms.redis.NestRedis}. Needs {@code redis.clients:jedis} at run time, 6.0 to 7.x, and Redis 6.2 or later.
 */
@NullMarked
package io.nestcms.redis;

import org.jspecify.annotations.NullMarked;
