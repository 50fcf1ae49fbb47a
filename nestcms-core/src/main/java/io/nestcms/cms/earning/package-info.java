/**
 * Who earned how much of what was paid: {@link io.nestcms.cms.earning.Earnings} is the entry,
 * {@link io.nestcms.cms.earning.TurnoverStore} the port.
 */
@NullMarked
package io.nestcms.cms.earning;

import org.jspecify.annotations.NullMarked;
