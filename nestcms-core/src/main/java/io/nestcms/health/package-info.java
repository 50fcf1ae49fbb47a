/** How well the application's parts work: {@link io.nestcms.health.HealthChecks} is the entry. */
@NullMarked
package io.nestcms.health;

import org.jspecify.annotations.NullMarked;
