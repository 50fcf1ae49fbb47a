package io.nestcms.spring;

import io.nestcms.paytabs.PayTabs;

/**
 * A bean of this type sets options of {@link PayTabs} that are no settings.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface PayTabsCustomizer {
    /**
     * Sets options.
     *
     * @param builder before it builds
     */
    void customize(PayTabs.Builder builder);
}
