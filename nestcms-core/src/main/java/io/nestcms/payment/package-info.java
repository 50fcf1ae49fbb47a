/**
 * Taking payments: {@code Payments} is the entry, {@link io.nestcms.payment.PaymentGateway} and
 * {@link io.nestcms.payment.PaymentStore} are the ports.
 */
@NullMarked
package io.nestcms.payment;

import org.jspecify.annotations.NullMarked;
