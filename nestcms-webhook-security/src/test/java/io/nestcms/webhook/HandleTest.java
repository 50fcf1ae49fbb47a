package io.nestcms.webhook;

import static io.nestcms.webhook.Fixtures.callbackVerifier;
import static io.nestcms.webhook.Fixtures.paytabs;
import static io.nestcms.webhook.Fixtures.signed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nestcms.webhook.Refusal.Reason;
import io.nestcms.webhook.WebhookEvent.WebhookReceived;
import io.nestcms.webhook.WebhookEvent.WebhookRepeated;
import io.nestcms.webhook.WebhookEvent.WebhookValidated;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class HandleTest {
    private final WebhookRequest request = signed(paytabs("ipn-sale-authorised.json"));
    private final WebhookVerifier verifier =
            guarded(InMemoryReplayGuard.builder().build(), GuardFailurePolicy.REFUSE);
    private final AtomicInteger runs = new AtomicInteger();
    private final InMemoryReplayGuard guard = InMemoryReplayGuard.builder().build();
    private final AtomicLong now = new AtomicLong();

    @Test
    void handle_sameDeliveryTwice_runsTheHandlerOnce() {
        Delivery first = verifier.handle(request, this::accept);
        Delivery second = verifier.handle(request, this::accept);

        assertThat(runs).hasValue(1);
        assertThat(first).isInstanceOf(Delivery.Handled.class);
        assertThat(second).isInstanceOf(Delivery.Repeated.class);
        assertThat(second.answer().status()).isEqualTo(200);
        assertThat(kind(first)).isEqualTo("handled");
        assertThat(kind(second)).isEqualTo("repeated");
    }

    @Test
    void handle_handlerThrows_theProvidersNextDeliveryIsHandled() {
        assertThatThrownBy(() -> verifier.handle(request, webhook -> {
                    throw new IOException("database is down");
                }))
                .isInstanceOf(IOException.class)
                .hasMessage("database is down");

        assertThat(verifier.handle(request, this::accept).answer()).isEqualTo(WebhookAnswer.ACCEPTED);
        assertThat(runs).hasValue(1);
    }

    @ParameterizedTest
    @EnumSource(value = WebhookAnswer.class, names = "ACCEPTED", mode = EnumSource.Mode.EXCLUDE)
    void handle_handlerDoesNotAccept_theProvidersNextDeliveryIsHandled(WebhookAnswer answer) {
        assertThat(verifier.handle(request, webhook -> answer).answer()).isEqualTo(answer);

        assertThat(verifier.handle(request, this::accept).answer()).isEqualTo(WebhookAnswer.ACCEPTED);
        assertThat(runs).hasValue(1);
    }

    @Test
    void handle_contentThatContradictsTheRecord_isAnsweredAsAForgeryIs() {
        Delivery delivery =
                verifier.handle(request, webhook -> verifier.reject(webhook, Refusal.contentMismatch("amount")));

        assertThat(delivery.answer()).isEqualTo(WebhookAnswer.REFUSED);
    }

    @Test
    void handle_forged_neverReachesTheHandler() {
        WebhookRequest forged =
                WebhookRequest.builder(paytabs("ipn-sale-authorised.json")).build();

        Delivery delivery = verifier.handle(forged, this::accept);

        assertThat(delivery.answer().status()).isEqualTo(401);
        assertThat(kind(delivery)).isEqualTo("SIGNATURE_MISSING");
        assertThat(runs).hasValue(0);
    }

    @Test
    void handle_hundredEqualDeliveriesAtOnce_runTheHandlerOnce() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(16);
        try {
            CountDownLatch start = new CountDownLatch(1);
            List<Future<Delivery>> deliveries = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                deliveries.add(threads.submit(() -> {
                    start.await();
                    return verifier.handle(request, this::accept);
                }));
            }
            start.countDown();
            for (Future<Delivery> delivery : deliveries) {
                assertThat(delivery.get().answer().status()).isIn(200, 503);
            }
            assertThat(runs).hasValue(1);
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void handle_whileAnEqualOneIsHandled_asksTheProviderToComeAgain() {
        List<Delivery> inside = new ArrayList<>();

        verifier.handle(request, webhook -> {
            inside.add(verifier.handle(request, this::accept));
            return WebhookAnswer.ACCEPTED;
        });

        assertThat(inside).singleElement().isInstanceOf(Delivery.Repeated.class);
        assertThat(inside.get(0).answer()).isEqualTo(WebhookAnswer.RETRY_LATER);
        assertThat(runs).hasValue(0);
    }

    // ---- beside an equal delivery that is being handled

    @Test
    void handle_whileAnEqualOneIsHandled_waitsForItsEnd() {
        AtomicReference<Runnable> end = new AtomicReference<>(() -> {});
        WebhookVerifier patient = patient(wait -> end.getAndSet(() -> {}).run());
        ReplayClaim.Granted first = claimed();
        end.set(() -> guard.commit(first));

        Delivery second = patient.handle(request, this::accept);

        assertThat(second).isInstanceOf(Delivery.Repeated.class);
        assertThat(second.answer()).isEqualTo(WebhookAnswer.ACCEPTED);
        assertThat(runs).hasValue(0);
    }

    @Test
    void handle_theEqualOneFails_isHandledInItsPlace() {
        AtomicReference<Runnable> end = new AtomicReference<>(() -> {});
        WebhookVerifier patient = patient(wait -> end.getAndSet(() -> {}).run());
        ReplayClaim.Granted first = claimed();
        end.set(() -> guard.release(first));

        assertThat(patient.handle(request, this::accept)).isInstanceOf(Delivery.Handled.class);
        assertThat(runs).hasValue(1);
    }

    @Test
    void handle_theEqualOneTakesLong_isToComeAgainWhenPatienceEnds() {
        AtomicLong waited = new AtomicLong();
        WebhookVerifier patient = patient(wait -> {
            waited.addAndGet(wait);
            now.addAndGet(wait);
        });
        claimed();

        assertThat(patient.handle(request, this::accept).answer()).isEqualTo(WebhookAnswer.RETRY_LATER);
        assertThat(waited).hasValue(Duration.ofSeconds(5).toNanos());
    }

    @Test
    void handle_interruptedWhileItWaits_isToComeAgainAndStaysInterrupted() {
        WebhookVerifier patient = patient(wait -> {
            throw new InterruptedException();
        });
        claimed();

        assertThat(patient.handle(request, this::accept).answer()).isEqualTo(WebhookAnswer.RETRY_LATER);
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void handle_moreThanMayWait_areToComeAgainAtOnce() throws Exception {
        CountDownLatch waiting = new CountDownLatch(ReplayGate.MOST_WAITING);
        CountDownLatch enough = new CountDownLatch(1);
        WebhookVerifier patient = patient(wait -> {
            waiting.countDown();
            enough.await();
        });
        ReplayClaim.Granted first = claimed();
        ExecutorService threads = Executors.newFixedThreadPool(ReplayGate.MOST_WAITING);
        try {
            List<Future<Delivery>> waiters = new ArrayList<>();
            for (int i = 0; i < ReplayGate.MOST_WAITING; i++) {
                waiters.add(threads.submit(() -> patient.handle(request, this::accept)));
            }
            waiting.await();
            assertThat(patient.handle(request, this::accept).answer()).isEqualTo(WebhookAnswer.RETRY_LATER);
            guard.commit(first);
            enough.countDown();
            for (Future<Delivery> waiter : waiters) {
                assertThat(waiter.get().answer()).isEqualTo(WebhookAnswer.ACCEPTED);
            }
        } finally {
            enough.countDown();
            threads.shutdownNow();
        }
    }

    @Test
    void handle_repeated_isToldAsRepeatedAndValidatedOnce() {
        Fixtures.Recorder heard = new Fixtures.Recorder();
        WebhookVerifier told = callbackVerifier()
                .replayGuard(guard, GuardFailurePolicy.REFUSE)
                .listener(heard)
                .build();
        for (int n = 0; n < 3; n++) {
            told.handle(request, this::accept);
        }
        assertThat(heard.events).filteredOn(WebhookReceived.class::isInstance).hasSize(3);
        assertThat(heard.events).filteredOn(WebhookValidated.class::isInstance).hasSize(1);
        assertThat(heard.events).filteredOn(WebhookRepeated.class::isInstance).hasSize(2);
    }

    private WebhookVerifier patient(ReplayGate.Pause pause) {
        return callbackVerifier()
                .replayGuard(guard, GuardFailurePolicy.REFUSE)
                .patience(Duration.ofSeconds(5))
                .waiting(now::get, pause)
                .build();
    }

    /** As another delivery does that is being handled. */
    private ReplayClaim.Granted claimed() {
        return (ReplayClaim.Granted) guard.claim(
                Fixtures.verified(callbackVerifier().build().verify(request)).digest());
    }

    @Test
    void handle_withoutGuard_runsEachTime() {
        WebhookVerifier plain = callbackVerifier().build();

        plain.handle(request, this::accept);
        plain.handle(request, this::accept);

        assertThat(runs).hasValue(2);
    }

    @Test
    void handle_guardDown_refusesSoThatTheProviderRetries() {
        WebhookVerifier refusing = guarded(new BrokenGuard(true), GuardFailurePolicy.REFUSE);

        Delivery delivery = refusing.handle(request, this::accept);

        assertThat(delivery.answer().status()).isEqualTo(503);
        assertThat(kind(delivery)).isEqualTo(Reason.REPLAY_GUARD_UNAVAILABLE.name());
        assertThat(runs).hasValue(0);
    }

    @Test
    void handle_guardDown_proceedsWhenTheRecordDropsRepetitions() {
        WebhookVerifier proceeding = guarded(new BrokenGuard(true), GuardFailurePolicy.PROCEED);

        assertThat(proceeding.handle(request, this::accept).answer().status()).isEqualTo(200);
        assertThat(runs).hasValue(1);
    }

    @Test
    void handle_guardFailsAfterTheHandler_changesNothingOfItsOutcome() {
        WebhookVerifier late = guarded(new BrokenGuard(false), GuardFailurePolicy.REFUSE);

        assertThat(late.handle(request, this::accept).answer()).isEqualTo(WebhookAnswer.ACCEPTED);
        assertThatThrownBy(() -> late.handle(request, webhook -> {
                    throw new IOException("database is down");
                }))
                .hasMessage("database is down");
    }

    private WebhookAnswer accept(VerifiedWebhook webhook) {
        runs.incrementAndGet();
        return webhook.body().length > 0 ? WebhookAnswer.ACCEPTED : WebhookAnswer.REFUSED;
    }

    private static String kind(Delivery delivery) {
        return delivery.fold(
                handled -> "handled",
                repeated -> "repeated",
                refused -> refused.refusal().reason().name());
    }

    private static WebhookVerifier guarded(ReplayGuard guard, GuardFailurePolicy policy) {
        return callbackVerifier().replayGuard(guard, policy).build();
    }

    /** Fails always, or only once a claim was granted. */
    private record BrokenGuard(boolean atClaim) implements ReplayGuard {
        @Override
        public ReplayClaim claim(String key) {
            if (atClaim) {
                throw new WebhookException("connection refused", null);
            }
            return new ReplayClaim.Granted(key, "1");
        }

        @Override
        public void commit(ReplayClaim.Granted claim) {
            throw new WebhookException("connection reset", null);
        }

        @Override
        public void release(ReplayClaim.Granted claim) {
            throw new WebhookException("connection reset", null);
        }
    }
}
