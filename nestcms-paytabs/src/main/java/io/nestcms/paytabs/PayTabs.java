package io.nestcms.paytabs;

import io.nestcms.payment.service.Payments;
import io.nestcms.resilience.CircuitBreakers;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * PayTabs for one profile, wired: the typed client, the gateway that the core pays through, and the reader of
 * notifications. Where to begin.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @since 0.1
 */
public final class PayTabs implements AutoCloseable {
    private final PayTabsClient client;
    private final PayTabsGateway gateway;
    private final PayTabsNotifications notifications;
    private final PayTabsProfile profile;

    private PayTabs(Builder builder) {
        PayTabsGateway.Builder gatewayBuilder = PayTabsGateway.builder(builder.client.build(), builder.breakers);
        builder.gatewayOptions.accept(gatewayBuilder);
        this.gateway = gatewayBuilder.build();
        this.client = gateway.client();
        this.notifications = PayTabsNotifications.of(builder.profile);
        this.profile = builder.profile;
    }

    /**
     * Begins.
     *
     * @param profile whose payments these are
     * @param breakers where the gateway's breakers are registered
     * @return a builder
     */
    public static Builder builder(PayTabsProfile profile, CircuitBreakers breakers) {
        return new Builder(profile, breakers);
    }

    /**
     * The whole API, every call behind the guard of the {@linkplain #gateway() gateway}: its breakers, pace, deadline and attempts.
     *
     * @return the client
     */
    public PayTabsClient client() {
        return client;
    }

    /**
     * What {@code Payments} pays through.
     *
     * @return the gateway
     */
    public PayTabsGateway gateway() {
        return gateway;
    }

    /**
     * What reads verified webhooks.
     *
     * @return the reader
     */
    public PayTabsNotifications notifications() {
        return notifications;
    }

    /**
     * What receives callbacks, IPNs and browsers that come back, signed with the profile's server key, and gives the HTTP answer.
     *
     * @param payments what is told of them
     * @return the receiver, from any source and without a replay guard
     */
    public PayTabsWebhooks webhooks(Payments payments) {
        return webhooks(payments, options -> {});
    }

    /**
     * What receives callbacks, IPNs and browsers that come back, with options of yours: sources, replay guard, proxies, a second key.
     *
     * @param payments what is told of them
     * @param options called at once
     * @return the receiver
     */
    public PayTabsWebhooks webhooks(Payments payments, Consumer<PayTabsWebhooks.Builder> options) {
        PayTabsWebhooks.Builder builder = PayTabsWebhooks.builder(profile, payments);
        options.accept(builder);
        return builder.build();
    }

    /** Closes the client. May be repeated. */
    @Override
    public void close() {
        client.close();
    }

    /**
     * Collects the parts. Not safe for use by many threads.
     *
     * @since 0.1
     */
    public static final class Builder {
        private final PayTabsProfile profile;
        private final CircuitBreakers breakers;
        private final PayTabsClient.Builder client;
        private Consumer<PayTabsGateway.Builder> gatewayOptions = options -> {};

        private Builder(PayTabsProfile profile, CircuitBreakers breakers) {
            this.profile = Objects.requireNonNull(profile, "profile");
            this.breakers = Objects.requireNonNull(breakers, "breakers");
            this.client = PayTabsClient.builder(profile);
        }

        /**
         * Sets options of the client: its timeouts, the HTTP client to build upon.
         *
         * @param options called at once with the client's builder
         * @return this
         */
        public Builder client(Consumer<PayTabsClient.Builder> options) {
            options.accept(client);
            return this;
        }

        /**
         * Sets options of the gateway: name, breaker, attempts, deadline.
         *
         * @param options called by {@link #build()} with the gateway's builder
         * @return this
         */
        public Builder gateway(Consumer<PayTabsGateway.Builder> options) {
            this.gatewayOptions = gatewayOptions.andThen(options);
            return this;
        }

        /**
         * Wires the three.
         *
         * @return PayTabs for the profile
         * @throws io.nestcms.failure.InvalidInputException if a breaker of the gateway's name is registered already
         */
        public PayTabs build() {
            return new PayTabs(this);
        }
    }
}
