/** Recorded events on their way to listeners: {@link io.nestcms.payment.delivery.OutboxRelay} is the entry. */
@NullMarked
package io.nestcms.payment.delivery;

import org.jspecify.annotations.NullMarked;
