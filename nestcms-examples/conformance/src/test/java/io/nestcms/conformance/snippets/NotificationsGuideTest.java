package io.nestcms.conformance.snippets;

import static org.assertj.core.api.Assertions.assertThat;

import io.nestcms.event.EventBus;
import io.nestcms.incident.Incidents;
import io.nestcms.notification.Alerts;
import io.nestcms.notification.ChatChannel;
import io.nestcms.notification.EmailChannel;
import io.nestcms.notification.Notifications;
import io.nestcms.notification.SlackChat;
import io.nestcms.notification.SmsChannel;
import io.nestcms.notification.SmtpEmail;
import io.nestcms.notification.TwilioSms;
import io.nestcms.payment.delivery.OutboxRelay;
import io.nestcms.payment.store.InMemoryPaymentStore;
import io.nestcms.resilience.CircuitBreaker;
import io.nestcms.resilience.CircuitBreakers;
import io.nestcms.resilience.CircuitEvent.ServiceRecovered;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** What docs/guides/notifications.md shows. */
class NotificationsGuideTest {
    private final InMemoryPaymentStore store = new InMemoryPaymentStore();
    private final OutboxRelay relay = OutboxRelay.builder(store.outbox()).build();
    private final EventBus bus = EventBus.builder().build();

    @Test
    void channels() {
        CircuitBreakers breakers = CircuitBreakers.builder().build();
        String password = "from the environment";
        String token = "from the environment";

        EmailChannel email = SmtpEmail.builder("smtp.example.com", 587, "Souq <shop@example.com>", breakers)
                .signIn("shop", password)
                .build();
        ChatChannel chat = SlackChat.builder(URI.create("https://hooks.slack.com/services/T/B/X"), breakers)
                .build();
        SmsChannel sms =
                TwilioSms.builder("AC123", token, "+15005550006", breakers).build();

        assertThat(List.of(email, chat, sms)).hasSize(3);
        assertThat(breakers.list()).extracting(CircuitBreaker::name).containsExactlyInAnyOrder("email", "chat", "sms");
    }

    @Test
    void payers() {
        List<String> sent = new ArrayList<>();
        EmailChannel email = mail -> sent.add(mail.subject());

        Notifications notifications = Notifications.builder(store, "Souq al Bahar")
                .email(email)
                .language(Locale.forLanguageTag("ar"))
                .zone(ZoneId.of("Asia/Kuwait"))
                .build();
        notifications.listenTo(relay);
        notifications.listenTo(bus);

        bus.publish(new ServiceRecovered("paytabs", Instant.EPOCH, Duration.ofMinutes(2)));
        bus.close(Duration.ofSeconds(5));
        assertThat(relay.runOnce()).isZero();
        assertThat(sent).isEmpty();
    }

    @Test
    void onDuty() {
        List<String> said = new ArrayList<>();
        ChatChannel chat = said::add;
        SmsChannel sms = (to, text) -> said.add(to + " " + text);
        Incidents incidents = Incidents.builder().build();

        Alerts alerts = Alerts.builder()
                .chat(chat)
                .sms(sms, List.of("+96511111111"))
                .incidents(incidents)
                .build();
        alerts.listenTo(relay);
        alerts.listenTo(bus);
        alerts.report(Alerts.Level.WARNING, "disk of node 1", "disk of node 1 is 90 % full");

        bus.close(Duration.ofSeconds(5));
        assertThat(said).containsExactly("disk of node 1 is 90 % full");
    }
}
