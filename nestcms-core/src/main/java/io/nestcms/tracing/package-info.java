/** OpenTelemetry, where the application has it: {@link io.nestcms.tracing.Tracing} is the entry. */
@NullMarked
package io.nestcms.tracing;

import org.jspecify.annotations.NullMarked;
