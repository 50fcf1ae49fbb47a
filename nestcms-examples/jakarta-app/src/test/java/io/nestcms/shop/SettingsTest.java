package io.nestcms.shop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.nestcms.failure.InvalidInputException;
import io.nestcms.jakarta.NestCmsExtension;
import io.nestcms.jakarta.PaymentListener;
import io.nestcms.jakarta.Protected;
import io.nestcms.payment.service.Payments;
import io.nestcms.payment.store.InMemoryPaymentStore;
import io.nestcms.payment.store.PaymentStore;
import io.nestcms.resilience.CircuitBreakers;
import jakarta.enterprise.inject.Produces;
import jakarta.enterprise.inject.se.SeContainer;
import jakarta.enterprise.inject.se.SeContainerInitializer;
import jakarta.inject.Singleton;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Settings that are missing or of another form stop the start, and say which. */
class SettingsTest {
    @AfterEach
    void clear() {
        TestSettings.clear();
    }

    @SuppressWarnings("unchecked") // an array of classes of extensions, made by the call
    private static SeContainer start(String setting, String value, Class<?>... beans) {
        Map<String, String> settings = new HashMap<>(Map.of(
                "nestcms.store", "memory",
                "nestcms.public-url", "https://shop.example",
                "nestcms.paytabs.profile-id", "1",
                "nestcms.paytabs.server-key", "SKTEST-secret",
                "nestcms.paytabs.region", "KUWAIT"));
        settings.put(setting, value);
        TestSettings.set(settings);
        return SeContainerInitializer.newInstance()
                .disableDiscovery()
                .addExtensions(NestCmsExtension.class)
                .addBeanClasses(beans)
                .initialize();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "nestcms.paytabs.server-key | '' | nestcms.paytabs.server-key is missing",
                "nestcms.paytabs.profile-id | '' | nestcms.paytabs.profile-id is missing",
                "nestcms.paytabs.profile-id | one | nestcms.paytabs.profile-id is 'one'",
                "nestcms.paytabs.region | '' | nestcms.paytabs.region is missing",
                "nestcms.paytabs.region | MARS | nestcms.paytabs.region is 'MARS'",
                "nestcms.paytabs.base-uri | http://127.0.0.1:1 | nestcms.paytabs.region is set beside base-uri",
                "nestcms.public-url | https://user@shop.example | nestcms.public-url is",
                "nestcms.webhooks.path | /a/../b? | nestcms.webhooks.path is",
                "nestcms.webhooks.return-path | /payments/webhook | nestcms.webhooks.return-path is that of",
                "nestcms.webhooks.sources | 192.0.2.0/24 | nestcms.webhooks.sources is set and",
                "nestcms.reconciler.every | PT0.001S | nestcms.reconciler.every is",
                "nestcms.reconciler.every | soon | nestcms.reconciler.every is 'soon'",
                "nestcms.relay.threads | 0 | nestcms.relay.threads is 0",
                "nestcms.protected.enabled | yes | nestcms.protected.enabled is 'yes'",
                "nestcms.store | mongo | nestcms.store is mongo and there is no MongoClient"
            })
    void wrong_isNamed(String setting, String value, String message) {
        assertThat(refusal(catchThrowable(() -> start(setting, value, Plain.class))))
                .hasMessageStartingWith(message)
                .hasMessageNotContaining("SKTEST");
    }

    @Test
    void listenerOfAnotherShape_stopsTheStart() {
        assertThat(refusal(catchThrowable(() -> start("nestcms.store", "memory", Wrong.class))))
                .hasMessageStartingWith("@PaymentListener(\"wrong\") stands on");
    }

    @Test
    void ownBean_isTakenInstead_andOneSettingTurnsProtectionOff() {
        try (SeContainer container = start("nestcms.protected.enabled", "false", OwnStore.class, Plain.class)) {
            assertThat(container.select(PaymentStore.class).get()).isSameAs(OwnStore.STORE);
            assertThat(container.select(Payments.class).get()).isNotNull();
            assertThat(container.select(Plain.class).get().call()).isEqualTo("called");
            assertThat(container.select(CircuitBreakers.class).get().find("plain"))
                    .isEmpty();
        }
    }

    /** Weld keeps what stopped it as a cause or, beside others, as suppressed. */
    private static InvalidInputException refusal(Throwable failure) {
        for (Throwable it = failure; it != null; it = it.getCause()) {
            for (Throwable each :
                    Stream.concat(Stream.of(it), Stream.of(it.getSuppressed())).toList()) {
                if (each instanceof InvalidInputException found) {
                    return found;
                }
            }
        }
        throw new AssertionError("no refusal", failure);
    }

    @Singleton
    static class Plain {
        @Protected("plain")
        String call() {
            return "called";
        }
    }

    @Singleton
    static class Wrong {
        @PaymentListener("wrong")
        void hear(String text) {}
    }

    @Singleton
    static class OwnStore {
        static final PaymentStore STORE = new InMemoryPaymentStore();

        @Produces
        @Singleton
        PaymentStore store() {
            return STORE;
        }
    }
}
