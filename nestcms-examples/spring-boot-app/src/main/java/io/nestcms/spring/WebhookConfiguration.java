package io.nestcms.spring;

import io.nestcms.webhook.GuardFailurePolicy;
import io.nestcms.webhook.HeaderRules;
import io.nestcms.webhook.InMemoryReplayGuard;
import io.nestcms.webhook.ReplayGuard;
import io.nestcms.webhook.SignatureScheme;
import io.nestcms.webhook.SigningSecret;
import io.nestcms.webhook.ThreatMonitor;
import io.nestcms.webhook.TrustedProxies;
import io.nestcms.webhook.WebhookListener;
import io.nestcms.webhook.WebhookVerifier;
import java.util.List;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** One verifier for each way in. */
@Configuration(proxyBeanMethods = false)
class WebhookConfiguration {
    private static final int MAX_BODY_BYTES = 256 * 1024;

    @Bean
    SigningSecret serverKey(PayTabsSettings settings) {
        return SigningSecret.utf8(settings.serverKey());
    }

    @Bean
    ReplayGuard replayGuard() {
        return InMemoryReplayGuard.builder().build();
    }

    @Bean
    ThreatMonitor threatMonitor() {
        return ThreatMonitor.builder().build();
    }

    @Bean
    TrustedProxies trustedProxies(PayTabsSettings settings) {
        return TrustedProxies.of(settings.trustedProxies(), TrustedProxies.Header.X_FORWARDED_FOR);
    }

    @Bean
    WebhookVerifier callbackVerifier(
            SigningSecret serverKey,
            PayTabsSettings settings,
            ReplayGuard guard,
            ThreatMonitor monitor,
            TrustedProxies proxies,
            ObjectProvider<WebhookListener> listeners) {
        WebhookVerifier.Builder builder = WebhookVerifier.builder(SignatureScheme.payTabsCallback(), List.of(serverKey))
                .maxBodyBytes(MAX_BODY_BYTES)
                .proxies(proxies)
                .headers(HeaderRules.builder().contentType("application/json").build())
                .expectedProfile(settings.profileId())
                .replayGuard(guard, GuardFailurePolicy.REFUSE)
                .threatMonitor(monitor);
        listeners.orderedStream().forEach(builder::listener);
        return builder.build();
    }

    @Bean
    WebhookVerifier returnVerifier(SigningSecret serverKey, TrustedProxies proxies) {
        return WebhookVerifier.builder(SignatureScheme.payTabsReturn(), List.of(serverKey))
                .maxBodyBytes(MAX_BODY_BYTES)
                .proxies(proxies)
                .build();
    }

    @Bean
    WebMvcConfigurer webhookRequests() {
        return new WebMvcConfigurer() {
            @Override
            public void addArgumentResolvers(List<HandlerMethodArgumentResolver> resolvers) {
                resolvers.add(new WebhookRequestResolver(MAX_BODY_BYTES));
            }
        };
    }
}
