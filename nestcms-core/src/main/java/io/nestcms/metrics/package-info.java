/** What the core measures, for Micrometer. Micrometer is optional: without it, leave these classes alone. */
@NullMarked
package io.nestcms.metrics;

import org.jspecify.annotations.NullMarked;
