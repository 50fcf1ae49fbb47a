package io.nestcms.notification;

import static org.assertj.core.api.Assertions.assertThat;

import io.nestcms.event.EventBus;
import io.nestcms.event.contract.Mischief;
import io.nestcms.payment.Payment;
import io.nestcms.payment.PaymentEvent;
import io.nestcms.payment.PaymentId;
import io.nestcms.payment.contract.MovingClock;
import io.nestcms.payment.contract.Samples;
import io.nestcms.payment.delivery.OutboxRelay;
import io.nestcms.payment.store.InMemoryPaymentStore;
import io.nestcms.resilience.CircuitEvent.ServiceRecovered;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class NotificationsTest {
    private final MovingClock clock = new MovingClock(Samples.NOON.plusSeconds(60));
    private final InMemoryPaymentStore store = new InMemoryPaymentStore();
    private final EventBus bus = EventBus.builder().build();
    private final List<Email> mails = new CopyOnWriteArrayList<>();
    private final List<PushMessage> pushes = new CopyOnWriteArrayList<>();
    private final AtomicReference<@Nullable RuntimeException> mailFails = new AtomicReference<>();
    private final Payment payment = Samples.payment("a");

    @AfterEach
    void close() {
        bus.close(Duration.ofSeconds(5));
    }

    private void mail(Email email) {
        RuntimeException failure = mailFails.get();
        if (failure != null) {
            throw failure;
        }
        mails.add(email);
    }

    private static PushReceiver browser(String host) {
        Base64.Encoder text = Base64.getUrlEncoder().withoutPadding();
        return new PushReceiver(
                URI.create("https://" + host + "/x"),
                text.encodeToString(new byte[65]),
                text.encodeToString(new byte[16]));
    }

    private OutboxRelay relay(Notifications notifications) {
        OutboxRelay relay = OutboxRelay.builder(store.outbox())
                .clock(clock)
                .backoff(Duration.ofSeconds(1), Duration.ofSeconds(3))
                .attempts(4)
                .build();
        notifications.listenTo(relay);
        return relay;
    }

    private void record(List<PaymentEvent> events) {
        store.insert(payment, Samples.entriesOf(events));
    }

    @Test
    void everyEvent_moneyTakenAndGivenBackAreMailed_nothingElse() {
        record(Samples.everyEvent(payment.id()));

        relay(Notifications.builder(store, "Souq").email(this::mail).build()).runOnce();

        assertThat(mails)
                .extracting(it -> it.id().replaceAll("\\..*", ""))
                .containsExactly("receipt", "receipt", "refund");
        assertThat(mails)
                .allSatisfy(it ->
                        assertThat(it.to()).isEqualTo(payment.order().customer().email()));
    }

    @Test
    void orderName_isWhatPayersReadInsteadOfTheCart() {
        record(Samples.everyEvent(payment.id()));

        relay(Notifications.builder(store, "Souq")
                        .email(this::mail)
                        .orderName(it -> "No. 7 of " + it.order().amount().currency())
                        .build())
                .runOnce();

        assertThat(mails).isNotEmpty().allSatisfy(it -> assertThat(it.subject()).contains("No. 7 of "));
        assertThat(mails)
                .allSatisfy(it -> assertThat(it.text())
                        .doesNotContain(payment.order().cartId().value()));
    }

    @Test
    void mailServerAway_pushIsNotHeldUp_andNotRepeated() {
        record(Samples.everyEvent(payment.id()).stream()
                .filter(it -> it instanceof PaymentEvent.PaymentSucceeded)
                .toList());
        mailFails.set(UndeliveredException.failed("email answered 421", null, null));
        OutboxRelay relay = relay(Notifications.builder(store, "Souq")
                .recipients(id -> Optional.of(new Recipient(
                        "Ali", "ali@example.com", Locale.ENGLISH, List.of(browser("one.example")), Set.of())))
                .email(this::mail)
                .push((to, message) -> pushes.add(message))
                .build());

        relay.runOnce();
        assertThat(pushes).hasSize(1);
        assertThat(mails).isEmpty();

        mailFails.set(null);
        clock.advance(Duration.ofSeconds(5));
        relay.runOnce();
        assertThat(pushes).hasSize(1);
        assertThat(mails).hasSize(1);
    }

    @Test
    void addressThatMailRefuses_isLeft_andTheNextPaymentIsTold() {
        record(Samples.everyEvent(payment.id()));
        mailFails.set(UndeliveredException.refused("email refused the receiver"));
        Notifications notifications =
                Notifications.builder(store, "Souq").email(this::mail).build();
        OutboxRelay relay = relay(notifications);

        relay.runOnce();

        assertThat(notifications.refused()).isEqualTo(3);
        assertThat(store.outbox().backlog().payments()).isZero();
    }

    @Test
    void browserThatIsGone_isForgotten_theOthersHear() {
        record(Samples.everyEvent(payment.id()).stream()
                .filter(it -> it instanceof PaymentEvent.PaymentSucceeded)
                .toList());
        List<PushReceiver> forgotten = new ArrayList<>();
        List<String> heard = new ArrayList<>();
        Recipients recipients = new Recipients() {
            @Override
            public Optional<Recipient> of(PaymentId id) {
                return Optional.of(new Recipient(
                        "علي",
                        null,
                        Locale.forLanguageTag("ar"),
                        List.of(browser("gone.example"), browser("there.example")),
                        Set.of(Topic.REFUND)));
            }

            @Override
            public void forget(PaymentId id, PushReceiver browser) {
                forgotten.add(browser);
            }
        };

        relay(Notifications.builder(store, "Souq")
                        .recipients(recipients)
                        .email(this::mail)
                        .push((to, message) -> {
                            heard.add(to.endpoint().getHost() + " " + message.body());
                            return !to.endpoint().getHost().startsWith("gone");
                        })
                        .build())
                .runOnce();

        assertThat(forgotten).containsExactly(browser("gone.example"));
        assertThat(heard).hasSize(2).allMatch(it -> it.contains("استلمنا"));
        assertThat(mails).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("io.nestcms.event.contract.Mischief#all")
    void pushThrowsAnythingAtOneBrowser_theOthersHear_andItIsTriedAgain(Throwable anything) {
        record(Samples.everyEvent(payment.id()).stream()
                .filter(it -> it instanceof PaymentEvent.PaymentSucceeded)
                .toList());
        List<String> heard = new ArrayList<>();
        OutboxRelay relay = relay(Notifications.builder(store, "Souq")
                .recipients(id -> Optional.of(new Recipient(
                        "Ali",
                        null,
                        Locale.ENGLISH,
                        List.of(browser("broken.example"), browser("there.example")),
                        Set.of())))
                .push((to, message) -> {
                    heard.add(to.endpoint().getHost());
                    if (to.endpoint().getHost().startsWith("broken") && heard.size() < 3) {
                        throw Mischief.sneak(anything);
                    }
                    return true;
                })
                .build());

        relay.runOnce();
        assertThat(heard).containsExactly("broken.example", "there.example");

        clock.advance(Duration.ofSeconds(5));
        relay.runOnce();
        assertThat(heard).containsExactly("broken.example", "there.example", "broken.example", "there.example");
        assertThat(store.outbox().backlog().payments()).isZero();
    }

    @Test
    void refusedTopic_isNotTold() {
        record(Samples.everyEvent(payment.id()));

        relay(Notifications.builder(store, "Souq")
                        .recipients(id -> Optional.of(new Recipient(
                                "Ali", "ali@example.com", Locale.ENGLISH, List.of(), Set.of(Topic.RECEIPT))))
                        .email(this::mail)
                        .build())
                .runOnce();

        assertThat(mails).extracting(Email::id).singleElement().asString().startsWith("refund.");
    }

    @Test
    void serviceIsBack_operatorsAreTold() {
        Notifications notifications = Notifications.builder(store, "Souq")
                .email(this::mail)
                .operators(List.of(new Recipient("Ops", "ops@example.com", Locale.ENGLISH, List.of(), Set.of())))
                .build();
        notifications.listenTo(bus);

        bus.publish(new ServiceRecovered("paytabs", Samples.NOON, Duration.ofSeconds(3725)));
        bus.close(Duration.ofSeconds(5));

        assertThat(mails).singleElement().satisfies(it -> {
            assertThat(it.subject()).isEqualTo("paytabs works again");
            assertThat(it.text()).contains("\u2068paytabs\u2069 works again after \u20681:02:05\u2069.");
        });
    }
}
