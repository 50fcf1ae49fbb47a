/** Circuit breakers and event bus beside their rivals: benchmarks, and an outage to be survived. */
@NullMarked
package io.nestcms.benchmarks;

import org.jspecify.annotations.NullMarked;
