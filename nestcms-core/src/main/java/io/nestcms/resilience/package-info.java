/**
 * Circuit breakers and what goes with them: {@link io.nestcms.resilience.CircuitBreakers} is the entry. Time, randomness
 * and listeners are handed in; nothing here starts a thread.
 */
@NullMarked
package io.nestcms.resilience;

import org.jspecify.annotations.NullMarked;
