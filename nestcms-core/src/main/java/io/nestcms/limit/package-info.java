/**
 * How often a client may ask: limits that all nodes share, or one keeps in memory. The port is
 * {@link io.nestcms.limit.RequestLimits}.
 */
@NullMarked
package io.nestcms.limit;

import org.jspecify.annotations.NullMarked;
