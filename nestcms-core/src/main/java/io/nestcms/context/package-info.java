/** What a caller's thread knows, carried to the threads that work for it. Start at {@link io.nestcms.context.CallerContext}. */
@NullMarked
package io.nestcms.context;

import org.jspecify.annotations.NullMarked;
