/**
 * What a shop types and reads: orders, results, events, and the {@link io.nestcms.payment.Payment} with the
 * {@link io.nestcms.payment.Ledger} that says what it comes to. {@code io.nestcms.payment.service.Payments} is the entry.
 */
@NullMarked
package io.nestcms.payment;

import org.jspecify.annotations.NullMarked;
