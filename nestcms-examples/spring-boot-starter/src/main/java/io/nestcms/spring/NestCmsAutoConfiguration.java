package io.nestcms.spring;

import io.nestcms.event.EventBus;
import io.nestcms.failure.InvalidInputException;
import io.nestcms.payment.delivery.OutboxRelay;
import io.nestcms.payment.service.PaymentTimings;
import io.nestcms.payment.service.Payments;
import io.nestcms.payment.service.Reconciler;
import io.nestcms.payment.service.ReconcilerSettings;
import io.nestcms.payment.store.PaymentStore;
import io.nestcms.paytabs.PayTabs;
import io.nestcms.paytabs.PayTabsProfile;
import io.nestcms.paytabs.PayTabsRegion;
import io.nestcms.paytabs.PayTabsWebhooks;
import io.nestcms.resilience.CircuitBreakers;
import io.nestcms.webhook.IpAllowList;
import io.nestcms.webhook.ThreatMonitor;
import io.nestcms.webhook.TrustedProxies;
import io.nestcms.webhook.WebhookListener;
import io.nestcms.webhook.WebhookVerifier;
import java.net.URI;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;

/**
 * The SDK's objects as beans. Each gives way to one of the application's own.
 *
 * @since 0.1
 */
@AutoConfiguration(after = StoreAutoConfiguration.class)
@EnableConfigurationProperties(NestCmsProperties.class)
public class NestCmsAutoConfiguration {
    /** Made by Spring. */
    NestCmsAutoConfiguration() {}

    /**
     * The breakers; their events are Spring's.
     *
     * @param events hears them
     * @return the registry
     */
    @Bean
    @ConditionalOnMissingBean
    CircuitBreakers circuitBreakers(ApplicationEventPublisher events) {
        return CircuitBreakers.builder().listener(events::publishEvent).build();
    }

    /**
     * The bus for what is heard on this node at once.
     *
     * @return the bus
     */
    @Bean(destroyMethod = "")
    @ConditionalOnMissingBean
    EventBus eventBus() {
        return EventBus.builder().build();
    }

    /**
     * PayTabs, behind its breakers.
     *
     * @param settings the profile
     * @param details those of a test instead
     * @param breakers the registry
     * @param customizers the application's own options
     * @return client and gateway
     */
    @Bean
    @ConditionalOnMissingBean
    PayTabs payTabs(
            NestCmsProperties settings,
            ObjectProvider<PayTabsConnectionDetails> details,
            CircuitBreakers breakers,
            ObjectProvider<PayTabsCustomizer> customizers) {
        PayTabs.Builder builder = PayTabs.builder(profile(settings, details.getIfAvailable()), breakers);
        customizers.orderedStream().forEach(it -> it.customize(builder));
        return builder.build();
    }

    private static PayTabsProfile profile(NestCmsProperties settings, @Nullable PayTabsConnectionDetails details) {
        PayTabsProfile.Builder profile = details != null
                ? PayTabsProfile.builder(details.profileId(), details.serverKey(), details.baseUri())
                : profile(settings.paytabs());
        URI callback = settings.at(settings.webhooks().path());
        if (callback != null) {
            profile.callback(callback);
        }
        URI comeBack = settings.at(settings.webhooks().returnPath());
        if (comeBack != null) {
            profile.returnUrl(comeBack);
        }
        URI base = details != null ? details.baseUri() : settings.paytabs().baseUri();
        if (isHttp(callback) || isHttp(base)) {
            profile.plainHttp();
        }
        return profile.build();
    }

    private static boolean isHttp(@Nullable URI uri) {
        return uri != null && "http".equals(uri.getScheme());
    }

    private static PayTabsProfile.Builder profile(NestCmsProperties.Paytabs paytabs) {
        Long id = paytabs.profileId();
        if (id == null) {
            throw new InvalidInputException("nestcms.paytabs.profile-id", "is missing", "the profile's number");
        }
        String key = paytabs.serverKey();
        if (key == null || key.isBlank()) {
            throw new InvalidInputException("nestcms.paytabs.server-key", "is missing", "the profile's server key");
        }
        PayTabsRegion region = paytabs.region();
        URI base = paytabs.baseUri();
        if ((region == null) == (base == null)) {
            throw new InvalidInputException(
                    "nestcms.paytabs.region",
                    region == null ? "is missing" : "is set beside base-uri",
                    "a region, or the base-uri of a sandbox");
        }
        return region != null ? PayTabsProfile.builder(id, key, region) : PayTabsProfile.builder(id, key, base);
    }

    /**
     * Carries recorded events to listeners.
     *
     * @param store where they wait
     * @param bus whose listeners hear them
     * @param settings how many at a time
     * @return not running yet
     */
    @Bean(destroyMethod = "")
    @ConditionalOnMissingBean
    OutboxRelay outboxRelay(PaymentStore store, EventBus bus, NestCmsProperties settings) {
        return OutboxRelay.builder(store.outbox(), bus)
                .threads(settings.relay().threads())
                .build();
    }

    /**
     * The entry: takes payments.
     *
     * @param payTabs the gateway
     * @param store where they are kept
     * @param relay is woken when something was recorded
     * @param settings timings and policies
     * @param customizers the application's own options
     * @return the entry
     */
    @Bean
    @ConditionalOnMissingBean
    Payments payments(
            PayTabs payTabs,
            PaymentStore store,
            OutboxRelay relay,
            NestCmsProperties settings,
            ObjectProvider<PaymentsCustomizer> customizers) {
        Payments.Builder builder = Payments.builder(payTabs.gateway(), store)
                .onRecorded(relay::wake)
                .timings(timings(settings.timings()))
                .giveBackSecondCharges(settings.giveBackSecondCharges());
        customizers.orderedStream().forEach(it -> it.customize(builder));
        return builder.build();
    }

    private static PaymentTimings timings(NestCmsProperties.Timings settings) {
        PaymentTimings.Builder timings = PaymentTimings.builder();
        Duration absenceAfter = settings.absenceAfter();
        if (absenceAfter != null) {
            timings.absenceAfter(absenceAfter);
        }
        Duration pageLife = settings.pageLife();
        if (pageLife != null) {
            timings.pageLife(pageLife);
        }
        return timings.build();
    }

    /**
     * Settles payments that got lost.
     *
     * @param payments the entry
     * @param settings its rate
     * @return not running yet
     */
    @Bean
    @ConditionalOnMissingBean
    Reconciler reconciler(Payments payments, NestCmsProperties settings) {
        ReconcilerSettings shipped = ReconcilerSettings.defaults();
        return payments.reconciler(
                new ReconcilerSettings(settings.reconciler().perSecond(), shipped.concurrency(), shipped.executor()));
    }

    /**
     * Answers what PayTabs and payers' browsers send.
     *
     * @param payTabs whose profile signs
     * @param payments is told
     * @param settings sources and proxies
     * @param listeners hear what becomes of each
     * @return for the endpoints
     */
    @Bean
    @ConditionalOnMissingBean
    PayTabsWebhooks payTabsWebhooks(
            PayTabs payTabs, Payments payments, NestCmsProperties settings, ObjectProvider<WebhookListener> listeners) {
        NestCmsProperties.Webhooks webhooks = settings.webhooks();
        TrustedProxies proxies = TrustedProxies.of(webhooks.trustedProxies(), TrustedProxies.Header.X_FORWARDED_FOR);
        // alerts only: behind a balancer all come from one address
        ThreatMonitor threats = ThreatMonitor.builder().block(Duration.ZERO).build();
        Consumer<WebhookVerifier.Builder> both = verifier -> {
            verifier.proxies(proxies).threatMonitor(threats);
            listeners.orderedStream().forEach(verifier::listener);
        };
        return payTabs.webhooks(
                payments,
                options -> options.callbacks(both).returns(both).callbacks(verifier -> {
                    if (!webhooks.sources().isEmpty()) {
                        verifier.sources(IpAllowList.of(webhooks.sources()));
                    }
                }));
    }

    /**
     * Starts and stops the background work.
     *
     * @param relay delivers
     * @param reconciler settles
     * @param bus is closed last
     * @param settings what of it runs here
     * @return runs with the application
     */
    @Bean
    PaymentsLifecycle paymentsLifecycle(
            OutboxRelay relay, Reconciler reconciler, EventBus bus, NestCmsProperties settings) {
        return new PaymentsLifecycle(relay, reconciler, bus, settings);
    }
}
