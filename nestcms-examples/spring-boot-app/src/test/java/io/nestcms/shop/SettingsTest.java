package io.nestcms.shop;

import static org.assertj.core.api.Assertions.assertThat;

import io.nestcms.failure.InvalidInputException;
import io.nestcms.payment.service.Payments;
import io.nestcms.spring.ListenersAutoConfiguration;
import io.nestcms.spring.NestCmsAutoConfiguration;
import io.nestcms.spring.NestCmsProperties;
import io.nestcms.spring.PaymentListener;
import io.nestcms.spring.StoreAutoConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Settings that are missing or of another form stop the start, and say which. */
class SettingsTest {
    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    StoreAutoConfiguration.class, NestCmsAutoConfiguration.class, ListenersAutoConfiguration.class))
            .withPropertyValues(
                    "nestcms.store=memory",
                    "nestcms.paytabs.profile-id=1",
                    "nestcms.paytabs.server-key=SKTEST-secret",
                    "nestcms.paytabs.region=KUWAIT");

    @Test
    void complete_starts_andShowsNoSecret() {
        runner.run(context -> {
            assertThat(context).hasNotFailed().hasSingleBean(Payments.class);
            assertThat(context.getBean(NestCmsProperties.class).toString()).doesNotContain("SKTEST");
        });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "nestcms.paytabs.server-key= | nestcms.paytabs.server-key is missing",
                "nestcms.paytabs.profile-id= | nestcms.paytabs.profile-id is missing",
                "nestcms.paytabs.region= | nestcms.paytabs.region is missing",
                "nestcms.paytabs.base-uri=http://127.0.0.1:1 | nestcms.paytabs.region is set beside base-uri",
                "nestcms.public-url=https://user@shop.example | nestcms.public-url is",
                "nestcms.webhooks.path=/a/../b? | nestcms.webhooks.path is",
                "nestcms.webhooks.return-path=/payments/webhook | nestcms.webhooks.return-path is that of",
                "nestcms.reconciler.every=1ms | nestcms.reconciler.every is",
                "nestcms.relay.threads=0 | nestcms.relay.threads is 0",
                "nestcms.store=mongo | nestcms.store is mongo and there is no MongoClient"
            })
    void wrong_isNamed(String setting, String message) {
        runner.withPropertyValues(setting).run(context -> {
            assertThat(context).hasFailed();
            assertThat(root(context.getStartupFailure()))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageStartingWith(message)
                    .hasMessageNotContaining("SKTEST");
        });
    }

    @Test
    void listenerOfAnotherShape_stopsTheStart() {
        runner.withUserConfiguration(Wrong.class).run(context -> {
            assertThat(context).hasFailed();
            assertThat(root(context.getStartupFailure()))
                    .hasMessageStartingWith("@PaymentListener(\"wrong\") stands on");
        });
    }

    @Configuration(proxyBeanMethods = false)
    static class Wrong {
        @Bean
        Object wrongListener() {
            return new Listener();
        }
    }

    static class Listener {
        @PaymentListener("wrong")
        void hear(String text) {}
    }

    private static Throwable root(Throwable failure) {
        Throwable root = failure;
        for (Throwable it = failure; it != null; it = it.getCause()) {
            root = it;
            if (it instanceof InvalidInputException) {
                return it;
            }
        }
        return root;
    }
}
