/**
 * Caches: the {@link io.nestcms.cache.Cache} port, {@link io.nestcms.cache.TaggedCache} for values that are forgotten together,
 * and a bounded one in memory. A cache never decides; a store does.
 */
@NullMarked
package io.nestcms.cache;

import org.jspecify.annotations.NullMarked;
