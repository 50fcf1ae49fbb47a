package io.nestcms.webhook;

import static io.nestcms.webhook.Fixtures.callbackVerifier;
import static io.nestcms.webhook.Fixtures.paytabs;
import static io.nestcms.webhook.Fixtures.reason;
import static io.nestcms.webhook.Fixtures.signed;
import static io.nestcms.webhook.Fixtures.verified;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import io.nestcms.webhook.Refusal.Reason;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.AbstractList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

/** What an application passes in may throw anything; a sender gets its answer all the same. */
class ThrowingPartsTest {
    private final WebhookRequest genuine = signed(paytabs("ipn-void.json"));
    private final AtomicInteger runs = new AtomicInteger();
    private final Fixtures.Recorder heard = new Fixtures.Recorder();

    private final Logger logger = ((LoggerContext) LoggerFactory.getILoggerFactory()).getLogger("io.nestcms.webhook");

    /** What cannot be printed has to be tried with a log that prints. */
    @BeforeEach
    void print() {
        logger.setLevel(Level.WARN);
        logger.setAdditive(false);
    }

    @AfterEach
    void printNoMore() {
        logger.setLevel(Level.OFF);
        logger.setAdditive(true);
    }

    static Stream<Throwable> throwables() {
        return Stream.of(
                new IllegalStateException("broken"),
                new IOException("checked, as Kotlin throws it"),
                new InterruptedException("somebody stops this thread"),
                new AssertionError("broken"),
                new NoClassDefFoundError("io/acme/Gone"),
                new StackOverflowError(),
                new OutOfMemoryError("made up"),
                new ThreadDeath(),
                new Unprintable(),
                new Endless());
    }

    @ParameterizedTest
    @MethodSource("throwables")
    void handle_listenerThrows_theDeliveryIsHandled_andTheNextListenerHears(Throwable thrown) {
        WebhookVerifier verifier = callbackVerifier()
                .listener(event -> Sneaky.raise(thrown))
                .listener(heard)
                .replayGuard(InMemoryReplayGuard.builder().build(), GuardFailurePolicy.REFUSE)
                .build();

        assertThat(verifier.handle(genuine, this::accept).answer()).isEqualTo(WebhookAnswer.ACCEPTED);
        assertThat(Thread.interrupted()).isEqualTo(thrown instanceof InterruptedException);
        assertThat(verifier.handle(genuine, this::accept)).isInstanceOf(Delivery.Repeated.class);
        assertThat(reason(verifier.verify(signedBySomebodyElse()))).isEqualTo(Reason.SIGNATURE_MISSING);
        VerifiedWebhook webhook = verified(verifier.verify(genuine));
        assertThat(verifier.reject(webhook, Refusal.contentMismatch("amount"))).isEqualTo(WebhookAnswer.REFUSED);

        assertThat(runs).hasValue(1);
        assertThat(heard.events).hasSize(10);
        assertThat(Thread.interrupted()).isEqualTo(thrown instanceof InterruptedException);
    }

    @ParameterizedTest
    @MethodSource("throwables")
    void verify_secretSourceThrows_isAFaultOfOurOwn(Throwable thrown) {
        WebhookVerifier verifier = bySecrets(tenant -> Sneaky.raise(thrown));
        WebhookVerifier lazy = bySecrets(tenant -> new AbstractList<SigningSecret>() {
            @Override
            public SigningSecret get(int index) {
                return Sneaky.raise(thrown);
            }

            @Override
            public int size() {
                return 1;
            }
        });

        for (WebhookVerifier each : List.of(verifier, lazy)) {
            assertThat(each.handle(genuine, this::accept).answer()).isEqualTo(WebhookAnswer.RETRY_LATER);
            assertThat(reason(each.verify(genuine))).isEqualTo(Reason.SECRET_UNAVAILABLE);
        }
        assertThat(runs).hasValue(0);
        assertThat(Thread.interrupted()).isEqualTo(thrown instanceof InterruptedException);
    }

    @Test
    void verify_secretSourceGivesNull_amongOthers_isAFaultOfOurOwn() {
        assertThat(reason(bySecrets(tenant -> Arrays.asList(Fixtures.serverKey(), null))
                        .verify(genuine)))
                .isEqualTo(Reason.SECRET_UNAVAILABLE);
    }

    @ParameterizedTest
    @MethodSource("throwables")
    void verify_schemeThrows_isAFaultOfOurOwn_andIsTold(Throwable thrown) {
        WebhookVerifier verifier = WebhookVerifier.builder(
                        scheme("own", () -> Sneaky.raise(thrown)), List.of(Fixtures.serverKey()))
                .clock(Fixtures.CLOCK)
                .listener(heard)
                .threatMonitor(ThreatMonitor.builder().maxRefusals(1).build())
                .build();

        assertThat(reason(verifier.verify(genuine))).isEqualTo(Reason.CHECK_FAILED);
        assertThat(verifier.handle(genuine, this::accept).answer()).isEqualTo(WebhookAnswer.RETRY_LATER);
        assertThat(heard.events).hasSize(4).noneMatch(WebhookEvent.SecurityAlert.class::isInstance);
        assertThat(Thread.interrupted()).isEqualTo(thrown instanceof InterruptedException);
    }

    @Test
    void verify_schemeGivesNothing_isAFaultOfOurOwn() {
        WebhookVerifier verifier = WebhookVerifier.builder(scheme("own", () -> null), List.of(Fixtures.serverKey()))
                .build();

        assertThat(reason(verifier.verify(genuine))).isEqualTo(Reason.CHECK_FAILED);
    }

    @ParameterizedTest
    @MethodSource("throwables")
    void verify_clockThrows_isAFaultOfOurOwn(Throwable thrown) {
        BreakableClock clock = new BreakableClock();
        WebhookVerifier verifier = callbackVerifier().clock(clock).build();
        VerifiedWebhook webhook = verified(verifier.verify(genuine));
        clock.thrown = thrown;

        assertThat(reason(verifier.verify(genuine))).isEqualTo(Reason.CHECK_FAILED);
        assertThat(verifier.reject(webhook, Refusal.contentMismatch("amount"))).isEqualTo(WebhookAnswer.REFUSED);
        assertThat(Thread.interrupted()).isEqualTo(thrown instanceof InterruptedException);
    }

    @Test
    void verify_tickerOfTheMonitorThrows_isAFaultOfOurOwn() {
        AtomicInteger asked = new AtomicInteger();
        ThreatMonitor monitor = ThreatMonitor.builder()
                .ticker(() -> asked.incrementAndGet() > 1 ? Sneaky.raise(new AssertionError("broken")) : 0L)
                .build();
        WebhookVerifier verifier = callbackVerifier().threatMonitor(monitor).build();

        assertThat(reason(verifier.verify(signedBySomebodyElse()))).isEqualTo(Reason.CHECK_FAILED);
        assertThat(verified(verifier.verify(genuine)).scheme()).isEqualTo("paytabs-callback");
    }

    @ParameterizedTest
    @MethodSource("throwables")
    void handle_guardThrows_thePolicyDecides_andTheHandlersOutcomeStands(Throwable thrown) {
        assertThat(guarded(new ThrowingGuard(true, thrown), GuardFailurePolicy.REFUSE)
                        .handle(genuine, this::accept)
                        .answer())
                .isEqualTo(WebhookAnswer.RETRY_LATER);
        assertThat(runs).hasValue(0);
        assertThat(guarded(new ThrowingGuard(true, thrown), GuardFailurePolicy.PROCEED)
                        .handle(genuine, this::accept)
                        .answer())
                .isEqualTo(WebhookAnswer.ACCEPTED);

        WebhookVerifier late = guarded(new ThrowingGuard(false, thrown), GuardFailurePolicy.REFUSE);
        assertThat(late.handle(genuine, this::accept).answer()).isEqualTo(WebhookAnswer.ACCEPTED);
        Error own = new AssertionError("the handler's own");
        assertThatThrownBy(() -> late.handle(genuine, webhook -> {
                    throw own;
                }))
                .isSameAs(own);
        assertThat(runs).hasValue(2);
        assertThat(Thread.interrupted()).isEqualTo(thrown instanceof InterruptedException);
    }

    @ParameterizedTest
    @MethodSource("throwables")
    void handle_handlerThrows_itIsPassedOn_andTheNextDeliveryIsHandled(Throwable thrown) {
        WebhookVerifier verifier = guarded(InMemoryReplayGuard.builder().build(), GuardFailurePolicy.REFUSE);

        assertThatThrownBy(() -> verifier.handle(genuine, webhook -> Sneaky.raise(thrown)))
                .isSameAs(thrown);

        assertThat(verifier.handle(genuine, this::accept)).isInstanceOf(Delivery.Handled.class);
        assertThat(runs).hasValue(1);
    }

    private WebhookAnswer accept(VerifiedWebhook webhook) {
        runs.incrementAndGet();
        return webhook.text().isEmpty() ? WebhookAnswer.REFUSED : WebhookAnswer.ACCEPTED;
    }

    private static WebhookRequest signedBySomebodyElse() {
        return WebhookRequest.builder(paytabs("ipn-void.json")).build();
    }

    private static WebhookVerifier bySecrets(SecretSource secrets) {
        return WebhookVerifier.builder(SignatureScheme.payTabsCallback(), secrets)
                .clock(Fixtures.CLOCK)
                .build();
    }

    private static WebhookVerifier guarded(ReplayGuard guard, GuardFailurePolicy policy) {
        return callbackVerifier().replayGuard(guard, policy).build();
    }

    private static SignatureScheme scheme(String name, Supplier<SignatureReading> reader) {
        return new SignatureScheme() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public SignatureReading read(WebhookRequest request) {
                return reader.get();
            }
        };
    }

    /** Throws what the compiler would not let through, as other languages on this machine do. */
    private static final class Sneaky {
        static <T> T raise(Throwable thrown) {
            return Sneaky.<RuntimeException, T>as(thrown);
        }

        @SuppressWarnings("unchecked")
        private static <X extends Throwable, T> T as(Throwable thrown) throws X {
            throw (X) thrown;
        }
    }

    private record ThrowingGuard(boolean atClaim, Throwable thrown) implements ReplayGuard {
        @Override
        public ReplayClaim claim(String key) {
            return atClaim ? Sneaky.raise(thrown) : new ReplayClaim.Granted(key, "1");
        }

        @Override
        public void commit(ReplayClaim.Granted claim) {
            Sneaky.raise(thrown);
        }

        @Override
        public void release(ReplayClaim.Granted claim) {
            Sneaky.raise(thrown);
        }
    }

    private static final class BreakableClock extends Clock {
        private Throwable thrown;

        @Override
        public Instant instant() {
            return thrown == null ? Fixtures.NOW : Sneaky.raise(thrown);
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }

    /** Cannot be logged. */
    private static final class Unprintable extends RuntimeException {
        private static final long serialVersionUID = 1L;

        @Override
        public String getMessage() {
            throw new AssertionError("no message");
        }

        @Override
        public String toString() {
            throw new AssertionError("no text");
        }
    }

    /** Its chain of causes has no end. */
    private static final class Endless extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Endless() {
            super("endless", null, false, false);
        }

        @Override
        public synchronized Throwable getCause() {
            return new Endless();
        }
    }
}
