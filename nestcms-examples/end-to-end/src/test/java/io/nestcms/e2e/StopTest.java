package io.nestcms.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nestcms.payment.Payment;
import io.nestcms.payment.PaymentStatus;
import io.nestcms.payment.contract.ForwardingStore;
import io.nestcms.payment.store.OutboxEntry;
import io.nestcms.payment.store.PaymentStore;
import io.nestcms.server.Operating;
import io.nestcms.server.Surroundings;
import io.nestcms.server.http.ClientLimits;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest;
import java.net.http.HttpTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A stop finishes what is under way, delivers its events, and takes nothing new. */
class StopTest {
    @TempDir
    Path data;

    private final CountDownLatch writing = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);

    /** Holds the write of a ready page until it is let go on. */
    private final class SlowStore extends ForwardingStore {
        private SlowStore(PaymentStore store) {
            super(store);
        }

        @Override
        public boolean replace(Payment payment, List<OutboxEntry> events) {
            if (payment.status() == PaymentStatus.INITIATED) {
                writing.countDown();
                try {
                    if (!goOn.await(1, TimeUnit.MINUTES)) {
                        throw new IllegalStateException("never told to go on");
                    }
                } catch (InterruptedException interrupted) {
                    Thread.currentThread().interrupt();
                    throw new IllegalStateException(interrupted);
                }
            }
            return super.replace(payment, events);
        }
    }

    @Test
    void stop_requestUnderWay_isAnsweredFirst() throws Exception {
        Stage stage = new Stage(data, server -> server.store(SlowStore::new));
        Merchant merchant = stage.merchant.at(stage.server.uri());
        String id = merchant.create("key-1", Merchant.order("ORD-1", "250.000", "KWD"))
                .text("id");
        CompletableFuture<Merchant.Answer> underWay = CompletableFuture.supplyAsync(() -> merchant.process(id));
        assertThat(writing.await(1, TimeUnit.MINUTES)).isTrue();

        CompletableFuture<Void> stopping = CompletableFuture.runAsync(stage::close);
        Stage.eventually().until(() -> isClosed(merchant));
        assertThat(stopping).isNotDone();
        goOn.countDown();

        assertThat(underWay.get(1, TimeUnit.MINUTES).status()).isEqualTo(200);
        stopping.get(1, TimeUnit.MINUTES);
        assertThat(stage.paymentEvents(id))
                .containsExactly("PaymentCreated", "PaymentInitiated", "PaymentStatusChanged");
        assertThatThrownBy(() -> merchant.find(id)).isInstanceOf(UncheckedIOException.class);
    }

    @Test
    void stop_withNotice_isToldFirst_andTheWorkGoesOn() throws Exception {
        Stage stage = Stage.withoutTap(
                data,
                Stage.Keeping.EMBEDDED.with(Surroundings.none()
                        .withOperating(new Operating(null, Duration.ofMinutes(5), ClientLimits.standard(), List.of()))),
                server -> {});
        Stage.eventually().until(() -> stage.merchant.get("/health/readiness").status() == 200);

        CompletableFuture<Void> stopping = CompletableFuture.runAsync(stage.server::close);

        Stage.eventually().until(() -> stage.merchant.get("/health/readiness").status() == 503);
        assertThat(stage.merchant.get("/health/liveness").status()).isEqualTo(200);
        assertThat(stage.merchant
                        .create("late", Merchant.order("LATE", "1.000", "KWD"))
                        .status())
                .isEqualTo(201);
        assertThat(stopping).isNotDone();

        stage.close();
        stopping.get(1, TimeUnit.MINUTES);
        assertThatThrownBy(() -> stage.merchant.get("/health/liveness")).isInstanceOf(UncheckedIOException.class);
    }

    /**
     * New requests are refused: by the server that drains, or because nobody listens any more. One without an answer tells
     * nothing: a connection that is accepted in the moment in which the acceptor is interrupted stays open and nobody serves it.
     */
    private static boolean isClosed(Merchant merchant) {
        HttpRequest probe = merchant.request("/health/readiness")
                .timeout(Duration.ofSeconds(1))
                .GET()
                .build();
        try {
            return merchant.send(probe).status() == 503;
        } catch (UncheckedIOException refused) {
            return !(refused.getCause() instanceof HttpTimeoutException);
        }
    }
}
