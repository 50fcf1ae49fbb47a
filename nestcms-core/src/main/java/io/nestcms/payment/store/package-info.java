/**
 * For whoever writes a store: {@link io.nestcms.payment.store.PaymentStore} and {@link io.nestcms.payment.store.Outbox} are the
 * ports, {@link io.nestcms.payment.store.InMemoryPaymentStore} is the reference. The contracts that every store passes are in the
 * tests of this module, published as its test jar.
 */
@NullMarked
package io.nestcms.payment.store;

import org.jspecify.annotations.NullMarked;
