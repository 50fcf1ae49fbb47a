/** What the core throws: bugs, broken infrastructure and refused input, never an expected outcome. */
@NullMarked
package io.nestcms.failure;

import org.jspecify.annotations.NullMarked;
