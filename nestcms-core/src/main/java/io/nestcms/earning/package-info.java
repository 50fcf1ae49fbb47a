/**
 * Who earned how much of what was paid: {@link io.nestcms.earning.Earnings} is the entry,
 * {@link io.nestcms.earning.TurnoverStore} the port.
 */
@NullMarked
package io.nestcms.earning;

import org.jspecify.annotations.NullMarked;
