package io.nestcms.spring;

import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What the application is told: {@code paytabs.profile-id}, {@code paytabs.server-key}, {@code paytabs.trusted-proxies}.
 *
 * @param profileId the merchant's profile
 * @param serverKey its key; there is no default
 * @param trustedProxies the proxies in front, empty when there are none
 */
@ConfigurationProperties("paytabs")
record PayTabsSettings(
        long profileId, String serverKey, @DefaultValue List<String> trustedProxies) {
    @Override
    public String toString() {
        return "PayTabsSettings[profileId=" + profileId + "]";
    }
}
