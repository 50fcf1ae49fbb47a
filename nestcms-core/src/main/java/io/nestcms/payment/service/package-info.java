/**
 * Taking payments: {@link io.nestcms.payment.service.Payments} is the entry, {@link io.nestcms.payment.service.Reconciler} does
 * the other half in the background. As a gateway's transaction one comes in by a notification or a query, goes on the ledger of
 * its payment and with it to the store, and never back.
 */
@NullMarked
package io.nestcms.payment.service;

import org.jspecify.annotations.NullMarked;
