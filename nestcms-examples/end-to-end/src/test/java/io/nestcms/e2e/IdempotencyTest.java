package io.nestcms.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.nestcms.payment.Payment;
import io.nestcms.payment.contract.ForwardingStore;
import io.nestcms.payment.store.Insertion;
import io.nestcms.payment.store.OutboxEntry;
import io.nestcms.payment.store.PaymentStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One key, one order, one answer. */
class IdempotencyTest {
    @TempDir
    Path data;

    private final CountDownLatch writing = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);

    /** Stands still in the middle of writing a payment until it is let go on. */
    private final class SlowStore extends ForwardingStore {
        private SlowStore(PaymentStore store) {
            super(store);
        }

        @Override
        public Insertion insert(Payment payment, List<OutboxEntry> events) {
            writing.countDown();
            try {
                if (!goOn.await(1, TimeUnit.MINUTES)) {
                    throw new IllegalStateException("never told to go on");
                }
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(interrupted);
            }
            return super.insert(payment, events);
        }
    }

    @Test
    void create_sameKeyAndOrder_sameAnswer() throws IOException {
        try (Stage stage = new Stage(data)) {
            Merchant.Answer first = stage.merchant.create("key-1", Merchant.order("ORD-1", "250.000", "KWD"));
            stage.merchant.process(first.text("id"));
            Merchant.Answer again = stage.merchant.create("key-1", Merchant.order("ORD-1", "250.000", "KWD"));

            assertThat(again.status()).isEqualTo(first.status()).isEqualTo(201);
            assertThat(again.json()).isEqualTo(first.json());
            assertThat(first.header("Idempotent-Replayed")).isEmpty();
            assertThat(again.header("Idempotent-Replayed")).isEqualTo("true");
            assertThat(stage.merchant.get("/payments/v2").json().path("items").size())
                    .isEqualTo(1);
        }
    }

    @Test
    void create_sameKeyOtherOrder_refused() throws IOException {
        try (Stage stage = new Stage(data)) {
            stage.merchant.create("key-1", Merchant.order("ORD-1", "250.000", "KWD"));
            Merchant.Answer other = stage.merchant.create("key-1", Merchant.order("ORD-1", "250.001", "KWD"));

            assertThat(other.status()).isEqualTo(422);
            assertThat(other.text("field")).isEqualTo("Idempotency-Key");
        }
    }

    @Test
    void create_sameKeyWhileTheFirstIsRunning_conflict() throws Exception {
        try (Stage stage = new Stage(data, server -> server.store(SlowStore::new))) {
            CompletableFuture<Merchant.Answer> first = CompletableFuture.supplyAsync(
                    () -> stage.merchant.create("key-1", Merchant.order("ORD-1", "250.000", "KWD")));
            assertThat(writing.await(1, TimeUnit.MINUTES)).isTrue();

            Merchant.Answer second = stage.merchant.create("key-1", Merchant.order("ORD-1", "250.000", "KWD"));
            goOn.countDown();

            assertThat(second.status()).isEqualTo(409);
            assertThat(second.text("type")).endsWith("key-in-progress");
            assertThat(first.get(1, TimeUnit.MINUTES).status()).isEqualTo(201);
        }
    }

    @Test
    void create_otherKeySameCart_conflict() throws IOException {
        try (Stage stage = new Stage(data)) {
            stage.merchant.create("key-1", Merchant.order("ORD-1", "250.000", "KWD"));
            Merchant.Answer second = stage.merchant.create("key-2", Merchant.order("ORD-1", "250.000", "KWD"));

            assertThat(second.status()).isEqualTo(409);
            assertThat(second.text("type")).endsWith("cart-taken");
        }
    }

    @Test
    void create_sameKeyOfAnotherMerchant_isAnotherKey() throws IOException {
        try (Stage stage = new Stage(data)) {
            Merchant other = Merchant.signIn(stage.tap.uri(), Stage.OTHER, Stage.PASSWORD);
            String first = stage.merchant
                    .create("key-1", Merchant.order("ORD-1", "250.000", "KWD"))
                    .text("id");
            Merchant.Answer second = other.create("key-1", Merchant.order("ORD-2", "10.000", "KWD"));

            assertThat(second.status()).isEqualTo(201);
            assertThat(second.text("id")).isNotEqualTo(first);
            assertThat(other.find(first).status()).isEqualTo(404);
            assertThat(other.process(first).status()).isEqualTo(404);
            assertThat(other.get("/payments/v2").json().path("items").size()).isEqualTo(1);
        }
    }
}
