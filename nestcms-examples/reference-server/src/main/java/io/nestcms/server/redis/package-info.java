/** What nodes share through Redis: sessions, limits of requests, the replay guard of webhooks. */
@NullMarked
package io.nestcms.server.redis;

import org.jspecify.annotations.NullMarked;
