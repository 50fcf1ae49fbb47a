package io.nestcms.notification;

import io.nestcms.event.EventBus;
import io.nestcms.event.Overflow;
import io.nestcms.event.SubscriptionSettings;
import io.nestcms.failure.InvalidInputException;
import io.nestcms.money.Money;
import io.nestcms.payment.Payment;
import io.nestcms.payment.PaymentEvent;
import io.nestcms.payment.PaymentEvent.PaymentCaptured;
import io.nestcms.payment.PaymentEvent.PaymentRefunded;
import io.nestcms.payment.PaymentEvent.PaymentSucceeded;
import io.nestcms.payment.PaymentId;
import io.nestcms.payment.TransactionRef;
import io.nestcms.payment.delivery.OutboxRelay;
import io.nestcms.payment.store.PaymentStore;
import io.nestcms.resilience.CircuitEvent.ServiceRecovered;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes to payers when money was taken or given back, and to the shop's people when a service is back: a listener of the relay for
 * mail and one for push, each with a delivery state of its own, so that a mail server that is away costs nobody a push message.
 *
 * <pre>{@code
 * Notifications notifications = Notifications.builder(store, "Souq al Bahar").email(smtp).push(webPush).build();
 * notifications.listenTo(relay);
 * notifications.listenTo(bus);
 * }</pre>
 *
 * <p>Events come at least once, so after a crash a mail may be sent twice; both have one {@code Message-ID}. A message that its channel
 * {@linkplain UndeliveredException#isHopeless() will never take} is logged, counted and left; every other failure is thrown, and the
 * relay tries again.
 *
 * <p>Safe for use by many threads.
 *
 * @since 0.1
 */
public final class Notifications {
    private static final Logger LOG = LoggerFactory.getLogger(Notifications.class);

    private static final int MAILBOX = 256;

    private final PaymentStore store;
    private final String shop;
    private final Recipients recipients;
    private final @Nullable EmailChannel email;
    private final @Nullable PushChannel push;
    private final List<Recipient> operators;
    private final ZoneId zone;
    private final Function<? super Payment, String> orderName;
    private final LongAdder sent = new LongAdder();
    private final LongAdder refused = new LongAdder();

    private Notifications(Builder builder) {
        this.store = builder.store;
        this.shop = builder.shop;
        this.recipients =
                builder.recipients != null ? builder.recipients : Recipients.of(builder.store, builder.language);
        this.email = builder.email;
        this.push = builder.push;
        this.operators = builder.operators;
        this.zone = builder.zone;
        this.orderName = builder.orderName;
    }

    /**
     * Starts with what has no default.
     *
     * @param store where payments are
     * @param shop what payers know the shop as
     * @return a new builder
     * @throws InvalidInputException if the name is blank
     */
    public static Builder builder(PaymentStore store, String shop) {
        return new Builder(store, shop);
    }

    /**
     * Hears of payments: as {@code notification-email} and {@code notification-push}, for the channels that there are.
     *
     * @param relay before it runs
     * @throws InvalidInputException if it has listeners of these names
     */
    public void listenTo(OutboxRelay relay) {
        if (email != null) {
            relay.on("notification-email", PaymentEvent.class, this::email);
        }
        if (push != null) {
            relay.on("notification-push", PaymentEvent.class, this::push);
        }
    }

    /**
     * Hears of services that are back. Publishers do not wait.
     *
     * @param bus the bus
     */
    public void listenTo(EventBus bus) {
        if (email != null && !operators.isEmpty()) {
            SubscriptionSettings.Builder<ServiceRecovered> settings = SubscriptionSettings.async();
            // whose call found that the service is back must not wait for a mail server
            bus.subscribe(
                    ServiceRecovered.class,
                    this::email,
                    settings.name("notification-ServiceRecovered")
                            .mailbox(MAILBOX, Overflow.DROP_OLDEST)
                            .concurrency(1)
                            .build());
        }
    }

    /**
     * How many messages channels took.
     *
     * @return since this was made
     */
    public long sent() {
        return sent.sum();
    }

    /**
     * How many messages channels will never take.
     *
     * @return since this was made
     */
    public long refused() {
        return refused.sum();
    }

    private void email(PaymentEvent event) {
        News news = News.of(event);
        if (news == null) {
            return;
        }
        Recipient to = recipient(news);
        String address = to == null ? null : to.email();
        if (to == null || address == null) {
            return;
        }
        Wording wording = Wording.of(to.language());
        String cart = order(news.payment);
        Letter letter = new Letter(
                        wording, news.key(), Map.of("name", to.name(), "amount", news.amount.toString(), "cart", cart))
                .row("shop", shop)
                .row("order", cart)
                .row("amount", news.amount.toString());
        if (news.total != null) {
            letter.row("refunded", news.total.toString());
        }
        letter.row("reference", news.ref.value()).row("time", wording.time(event.at(), zone));
        String id =
                news.key() + "." + news.payment.value() + "." + news.ref.value().replaceAll("[^A-Za-z0-9._-]", "_");
        deliver("email", () -> {
            channel(email).send(letter.email(id, address, recipients.unsubscribe(news.payment, news.topic)));
            return true;
        });
    }

    private void push(PaymentEvent event) {
        News news = News.of(event);
        Recipient to = news == null ? null : recipient(news);
        if (news == null || to == null) {
            return;
        }
        Wording wording = Wording.of(to.language());
        Map<String, String> values =
                Map.of("name", to.name(), "amount", news.amount.toString(), "cart", order(news.payment));
        PushMessage message = new PushMessage(shop, wording.line(news.key() + ".lead", values), null);
        UndeliveredException failure = null;
        for (PushReceiver browser : to.browsers()) {
            try {
                if (!deliver("push", () -> channel(push).send(browser, message))) {
                    recipients.forget(news.payment, browser);
                }
            } catch (Throwable e) {
                // the other browsers are not to wait for this one; a message shown twice replaces itself
                failure = UndeliveredException.by("push", e);
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    private void email(ServiceRecovered event) {
        for (Recipient to : operators) {
            String address = to.email();
            if (address == null || !to.wants(Topic.SERVICE)) {
                continue;
            }
            Wording wording = Wording.of(to.language());
            Letter letter = new Letter(
                            wording,
                            "service",
                            Map.of("name", to.name(), "service", event.dependency(), "outage", time(event.outage())))
                    .row("time", wording.time(event.at(), zone));
            String id = "service." + event.dependency().replaceAll("[^A-Za-z0-9._-]", "_") + "."
                    + event.at().toEpochMilli();
            deliver("email", () -> {
                channel(email).send(letter.email(id, address, null));
                return true;
            });
        }
    }

    private static String time(Duration outage) {
        return String.format(
                Locale.ROOT, "%d:%02d:%02d", outage.toHours(), outage.toMinutesPart(), outage.toSecondsPart());
    }

    private @Nullable Recipient recipient(News news) {
        Optional<Recipient> found = recipients.of(news.payment);
        return found.filter(it -> it.wants(news.topic)).orElse(null);
    }

    private String order(PaymentId id) {
        Optional<Payment> payment = store.find(id);
        return orderName.apply(payment.orElseThrow(
                () -> UndeliveredException.failed("the payment " + id.value() + " is not there", null, null)));
    }

    /** Whether the receiver is still there. */
    private boolean deliver(String channel, Sending sending) {
        try {
            boolean there = sending.send();
            sent.increment();
            return there;
        } catch (UndeliveredException e) {
            if (!e.isHopeless()) {
                throw e;
            }
            refused.increment();
            LOG.warn("A message by {} is left: {}", channel, e.getMessage());
            return true;
        } catch (InvalidInputException e) {
            refused.increment();
            LOG.warn("A message by {} is left: {}", channel, e.getMessage());
            return true;
        }
    }

    private static <C> C channel(@Nullable C channel) {
        return Objects.requireNonNull(channel, "channel");
    }

    private interface Sending {
        boolean send();
    }

    /** What of an event a payer is told. */
    private record News(
            Topic topic,
            PaymentId payment,
            TransactionRef ref,
            Money amount,
            @Nullable Money total) {
        static @Nullable News of(PaymentEvent event) {
            if (event instanceof PaymentSucceeded it) {
                return new News(Topic.RECEIPT, it.paymentId(), it.tranRef(), it.amount(), null);
            }
            if (event instanceof PaymentCaptured it) {
                return new News(Topic.RECEIPT, it.paymentId(), it.tranRef(), it.amount(), null);
            }
            if (event instanceof PaymentRefunded it) {
                return new News(Topic.REFUND, it.paymentId(), it.tranRef(), it.amount(), it.total());
            }
            return null;
        }

        String key() {
            return topic.name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * Makes {@link Notifications}. Not safe for use by many threads.
     *
     * @since 0.1
     */
    public static final class Builder {
        private final PaymentStore store;
        private final String shop;
        private @Nullable Recipients recipients;
        private Locale language = Locale.ENGLISH;
        private @Nullable EmailChannel email;
        private @Nullable PushChannel push;
        private List<Recipient> operators = List.of();
        private Function<? super Payment, String> orderName =
                payment -> payment.order().cartId().value();
        private ZoneId zone = ZoneOffset.UTC;

        private Builder(PaymentStore store, String shop) {
            if (shop.isBlank()) {
                throw new InvalidInputException("shop", "is blank", "what payers know the shop as");
            }
            this.store = Objects.requireNonNull(store, "store");
            this.shop = shop;
        }

        /**
         * Who is told. Default the payer, by the name and address in the order.
         *
         * @param recipients knows them
         * @return this builder
         */
        public Builder recipients(Recipients recipients) {
            this.recipients = Objects.requireNonNull(recipients, "recipients");
            return this;
        }

        /**
         * In which language payers are written to whom {@link #recipients} does not say otherwise. Default English.
         *
         * @param language Arabic, or English for every other
         * @return this builder
         */
        public Builder language(Locale language) {
            this.language = Objects.requireNonNull(language, "language");
            return this;
        }

        /**
         * Sends mail. Default: none is sent.
         *
         * @param channel the channel
         * @return this builder
         */
        public Builder email(EmailChannel channel) {
            this.email = Objects.requireNonNull(channel, "channel");
            return this;
        }

        /**
         * Sends push messages. Default: none is sent.
         *
         * @param channel the channel
         * @return this builder
         */
        public Builder push(PushChannel channel) {
            this.push = Objects.requireNonNull(channel, "channel");
            return this;
        }

        /**
         * Who runs the shop. Default nobody.
         *
         * @param operators people with an address
         * @return this builder
         */
        public Builder operators(List<Recipient> operators) {
            this.operators = List.copyOf(operators);
            return this;
        }

        /**
         * In which zone times are written. Default UTC.
         *
         * @param zone the zone
         * @return this builder
         */
        public Builder zone(ZoneId zone) {
            this.zone = Objects.requireNonNull(zone, "zone");
            return this;
        }

        /**
         * What payers know an order as. Default: its cart.
         *
         * @param name gives it, without an answer of {@code null}; called for each message, by many threads
         * @return this builder
         */
        public Builder orderName(Function<? super Payment, String> name) {
            this.orderName = Objects.requireNonNull(name, "name");
            return this;
        }

        /**
         * The notifications.
         *
         * @return they hear nothing until they {@linkplain Notifications#listenTo(OutboxRelay) listen}
         */
        public Notifications build() {
            return new Notifications(this);
        }
    }
}
