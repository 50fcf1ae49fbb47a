package io.nestcms.spring;

import com.mongodb.client.MongoClient;
import io.nestcms.failure.InvalidInputException;
import io.nestcms.mongo.NestMongo;
import io.nestcms.payment.store.InMemoryPaymentStore;
import io.nestcms.payment.store.PaymentStore;
import io.nestcms.resilience.CircuitBreakers;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Where payments are kept: in MongoDB by the application's own client, never by a second one; in memory only when the settings say so.
 *
 * @since 0.1
 */
@AutoConfiguration(
        afterName = {
            "org.springframework.boot.autoconfigure.mongo.MongoAutoConfiguration",
            "org.springframework.boot.mongodb.autoconfigure.MongoAutoConfiguration"
        })
@EnableConfigurationProperties(NestCmsProperties.class)
public class StoreAutoConfiguration {
    /** Made by Spring. */
    StoreAutoConfiguration() {}

    /**
     * In memory.
     *
     * @return empty
     */
    @Bean
    @ConditionalOnMissingBean
    @ConditionalOnProperty(name = "nestcms.store", havingValue = "memory")
    PaymentStore memoryPaymentStore() {
        return new InMemoryPaymentStore();
    }

    /** With a client of the application's. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnBean(MongoClient.class)
    @ConditionalOnProperty(name = "nestcms.store", havingValue = "mongo", matchIfMissing = true)
    static class InMongo {
        /** Made by Spring. */
        InMongo() {}

        /**
         * The stores. Closing it leaves the client to the application.
         *
         * @param client the application's own
         * @param settings which database
         * @param breakers the registry
         * @return by that client
         */
        @Bean
        @ConditionalOnMissingBean
        NestMongo nestMongo(MongoClient client, NestCmsProperties settings, ObjectProvider<CircuitBreakers> breakers) {
            NestMongo.Builder builder =
                    NestMongo.builder(client, settings.mongo().database());
            breakers.ifAvailable(builder::breakers);
            return builder.build();
        }

        /**
         * Payments in MongoDB.
         *
         * @param mongo the stores
         * @return that of payments
         */
        @Bean
        @ConditionalOnMissingBean
        PaymentStore mongoPaymentStore(NestMongo mongo) {
            return mongo.payments();
        }
    }

    /** Nowhere to keep payments. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnMissingBean({PaymentStore.class, MongoClient.class})
    @ConditionalOnProperty(name = "nestcms.store", havingValue = "mongo", matchIfMissing = true)
    static class Nowhere {
        /** Made by Spring. */
        Nowhere() {}

        /**
         * Stops the start: payments that are kept nowhere are lost.
         *
         * @return never
         */
        @Bean
        PaymentStore noPaymentStore() {
            throw new InvalidInputException(
                    "nestcms.store",
                    "is mongo and there is no MongoClient",
                    "spring.data.mongodb.uri (Boot 4: spring.mongodb.uri) with Spring's MongoDB starter, or memory in"
                            + " a test");
        }
    }
}
