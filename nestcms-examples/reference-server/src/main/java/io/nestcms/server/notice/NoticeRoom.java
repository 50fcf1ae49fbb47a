package io.nestcms.server.notice;

import io.nestcms.cms.user.UserNotices;
import io.nestcms.event.EventBus;
import io.nestcms.event.Overflow;
import io.nestcms.event.SubscriptionSettings;
import io.nestcms.incident.Incidents;
import io.nestcms.notification.Alerts;
import io.nestcms.notification.EmailChannel;
import io.nestcms.notification.Notifications;
import io.nestcms.notification.Recipient;
import io.nestcms.notification.SlackChat;
import io.nestcms.notification.TwilioSms;
import io.nestcms.payment.Payment;
import io.nestcms.payment.delivery.OutboxRelay;
import io.nestcms.payment.store.PaymentStore;
import io.nestcms.resilience.CircuitBreakers;
import io.nestcms.webhook.WebhookEvent;
import java.net.URI;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Tells people: payers of their money, who is on duty of what goes wrong, users of their accounts. No payment waits for it: events
 * of payments come through the relay under names with a delivery state of their own, all others into mailboxes.
 */
public final class NoticeRoom {
    private static final int MAILBOX = 256;

    private final ChannelSettings settings;
    private final Parts parts;
    private final @Nullable EmailChannel email;
    private final @Nullable Alerts alerts;

    /**
     * What the room is made of.
     *
     * @param orderName what payers know an order as
     * @param breakers where the circuits of the channels are
     */
    public record Parts(
            PaymentStore store,
            Function<Payment, String> orderName,
            Incidents incidents,
            CircuitBreakers breakers,
            Clock clock) {}

    /** A room with these channels; nothing is connected yet. */
    public NoticeRoom(ChannelSettings settings, Parts parts) {
        this.settings = settings;
        this.parts = parts;
        ChannelSettings.Mail mail = settings.mail();
        this.email = mail == null
                ? null
                : mail.server()
                        .channel(mail.from(), parts.breakers())
                        .clock(parts.clock())
                        .build();
        this.alerts = alerts();
    }

    private @Nullable Alerts alerts() {
        URI slack = settings.slack();
        ChannelSettings.Phones phones = settings.phones();
        if (slack == null && phones == null) {
            return null;
        }
        Alerts.Builder builder = Alerts.builder().incidents(parts.incidents());
        if (slack != null) {
            builder.chat(SlackChat.builder(slack, parts.breakers())
                    .clock(parts.clock())
                    .build());
        }
        if (phones != null) {
            builder.sms(
                    TwilioSms.builder(phones.account(), phones.token(), phones.from(), parts.breakers())
                            .clock(parts.clock())
                            .build(),
                    phones.to());
        }
        return builder.build();
    }

    /** Hears from now on; the relay does not run yet. */
    public void listenTo(OutboxRelay relay, EventBus bus) {
        ChannelSettings.Mail mail = settings.mail();
        if (email != null && mail != null) {
            Notifications notifications = Notifications.builder(parts.store(), mail.shop())
                    .email(email)
                    .orderName(parts.orderName())
                    .language(mail.language())
                    .zone(mail.zone())
                    .operators(mail.operators().stream()
                            .map(address -> operator(address, mail.language()))
                            .toList())
                    .build();
            notifications.listenTo(relay);
            notifications.listenTo(bus);
        }
        Alerts duty = alerts;
        if (duty != null) {
            duty.listenTo(relay);
            duty.listenTo(bus);
            // by reason and not by source: a flood from everywhere is one subject
            hear(
                    bus,
                    WebhookEvent.WebhookRejected.class,
                    event -> duty.report(
                            Alerts.Level.WARNING,
                            "webhook refused: " + event.refusal().reason(),
                            "a webhook from " + event.origin().source() + " was refused: "
                                    + event.refusal().reason()));
            hear(
                    bus,
                    WebhookEvent.SecurityAlert.class,
                    event -> duty.report(
                            Alerts.Level.CRITICAL,
                            "webhooks: " + event.kind() + " from "
                                    + event.origin().source(),
                            "webhooks from " + event.origin().source() + ": " + event.kind()));
        }
    }

    private static Recipient operator(String address, Locale language) {
        return new Recipient(address.substring(0, address.indexOf('@')), address, language, List.of(), Set.of());
    }

    private static <E> void hear(EventBus bus, Class<E> type, Consumer<E> handler) {
        SubscriptionSettings.Builder<E> mailbox = SubscriptionSettings.async();
        bus.subscribe(
                type,
                handler,
                mailbox.name("alert-" + type.getSimpleName())
                        .mailbox(MAILBOX, Overflow.DROP_OLDEST)
                        .concurrency(1)
                        .build());
    }

    /**
     * Letters to users: by mail, on {@code background}, where there is a mail server; else through {@code otherwise} at once.
     * {@code publicUrl} is where their links go.
     */
    public UserNotices letters(EmailChannel otherwise, Executor background, URI publicUrl) {
        ChannelSettings.Mail mail = settings.mail();
        return email == null || mail == null
                ? new UserLetters(otherwise, Runnable::run, publicUrl, Locale.ENGLISH)
                : new UserLetters(email, background, publicUrl, mail.language());
    }
}
