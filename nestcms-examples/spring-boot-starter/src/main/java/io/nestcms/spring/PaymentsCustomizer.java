package io.nestcms.spring;

import io.nestcms.payment.service.Payments;

/**
 * A bean of this type sets options of {@link Payments} that are no settings.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface PaymentsCustomizer {
    /**
     * Sets options.
     *
     * @param builder before it builds
     */
    void customize(Payments.Builder builder);
}
