package io.nestcms.webhook;

import static io.nestcms.webhook.Fixtures.callbackVerifier;
import static io.nestcms.webhook.Fixtures.paytabs;
import static io.nestcms.webhook.Fixtures.signed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nestcms.webhook.Refusal.Reason;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class HandleTest {
    private final WebhookRequest request = signed(paytabs("ipn-sale-authorised.json"));
    private final WebhookVerifier verifier =
            guarded(InMemoryReplayGuard.builder().build(), GuardFailurePolicy.REFUSE);
    private final AtomicInteger runs = new AtomicInteger();

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
