/** An example: monthly charges of saved cards, over {@link io.nestcms.payment.service.Payments}. */
@NullMarked
package io.nestcms.subscriptions;

import org.jspecify.annotations.NullMarked;
