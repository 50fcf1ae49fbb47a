/** Who calls: signing in, tokens, and what a route asks before it does anything. */
@NullMarked
package io.nestcms.server.access;

import org.jspecify.annotations.NullMarked;
