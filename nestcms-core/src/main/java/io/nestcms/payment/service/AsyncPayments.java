package io.nestcms.payment.service;

import io.nestcms.money.Money;
import io.nestcms.payment.ApplyResult;
import io.nestcms.payment.CreateResult;
import io.nestcms.payment.FollowUpResult;
import io.nestcms.payment.IdempotencyKey;
import io.nestcms.payment.PaymentId;
import io.nestcms.payment.PaymentOrder;
import io.nestcms.payment.PaymentSecret;
import io.nestcms.payment.ProcessResult;
import io.nestcms.payment.gateway.GatewayNotification;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * {@link Payments}, made by an executor: each method does what its twin there does, and gives the same results. A future ends exceptionally where the twin
 * throws, and with a {@link RejectedExecutionException} where the executor takes no more: then nothing was done. Cancelling a future stops no
 * call that is under way; what becomes of it is on record as ever.
 *
 * <p>Safe for use by many threads.
 *
 * @since 0.1
 */
public final class AsyncPayments {
    private final Payments payments;
    private final Executor executor;

    AsyncPayments(Payments payments, Executor executor) {
        this.payments = payments;
        this.executor = Objects.requireNonNull(executor, "executor");
    }

    /**
     * As {@link Payments#create}.
     *
     * @param key the caller's name for this creation
     * @param order what is to be paid
     * @return the result, later
     */
    public CompletableFuture<CreateResult> create(IdempotencyKey key, PaymentOrder order) {
        return later(() -> payments.create(key, order));
    }

    /**
     * As {@link Payments#process(PaymentId)}.
     *
     * @param id the payment
     * @return the result, later
     */
    public CompletableFuture<ProcessResult> process(PaymentId id) {
        return later(() -> payments.process(id));
    }

    /**
     * As {@link Payments#process(PaymentId, PaymentSecret)}. The secret is in memory until the call has ended, also while it waits
     * for the executor.
     *
     * @param id the payment
     * @param secret what the order's way to pay needs
     * @return the result, later
     */
    public CompletableFuture<ProcessResult> process(PaymentId id, PaymentSecret secret) {
        return later(() -> payments.process(id, secret));
    }

    /**
     * As {@link Payments#retry(PaymentId, IdempotencyKey)}.
     *
     * @param id the payment
     * @param key the caller's name for this attempt
     * @return the result, later
     */
    public CompletableFuture<ProcessResult> retry(PaymentId id, IdempotencyKey key) {
        return later(() -> payments.retry(id, key));
    }

    /**
     * As {@link Payments#retry(PaymentId, IdempotencyKey, PaymentSecret)}.
     *
     * @param id the payment
     * @param key the caller's name for this attempt
     * @param secret what the order's way to pay needs
     * @return the result, later
     */
    public CompletableFuture<ProcessResult> retry(PaymentId id, IdempotencyKey key, PaymentSecret secret) {
        return later(() -> payments.retry(id, key, secret));
    }

    /**
     * As {@link Payments#apply}.
     *
     * @param notification what a verified webhook or return claims
     * @return the result, later
     */
    public CompletableFuture<ApplyResult> apply(GatewayNotification notification) {
        return later(() -> payments.apply(notification));
    }

    /**
     * As {@link Payments#refund}.
     *
     * @param id the payment
     * @param key the caller's name for this refund
     * @param amount how much, or {@code null} for all that is left
     * @return the result, later
     */
    public CompletableFuture<FollowUpResult> refund(PaymentId id, IdempotencyKey key, @Nullable Money amount) {
        return later(() -> payments.refund(id, key, amount));
    }

    /**
     * As {@link Payments#capture}.
     *
     * @param id the payment
     * @param key the caller's name for this capture
     * @param amount how much, or {@code null} for all that is left
     * @return the result, later
     */
    public CompletableFuture<FollowUpResult> capture(PaymentId id, IdempotencyKey key, @Nullable Money amount) {
        return later(() -> payments.capture(id, key, amount));
    }

    /**
     * As {@link Payments#voidHold}.
     *
     * @param id the payment
     * @param key the caller's name for this void
     * @return the result, later
     */
    public CompletableFuture<FollowUpResult> voidHold(PaymentId id, IdempotencyKey key) {
        return later(() -> payments.voidHold(id, key));
    }

    private <T> CompletableFuture<T> later(Supplier<T> call) {
        CompletableFuture<T> result = new CompletableFuture<>();
        try {
            executor.execute(() -> complete(result, call));
        } catch (Throwable refused) {
            // whatever an executor throws, nothing was done; where it ran the call all the same, its own result stands
            result.completeExceptionally(refused);
        }
        return result;
    }

    private static <T> void complete(CompletableFuture<T> result, Supplier<T> call) {
        // given up before its turn came: nothing has to be done any more
        if (result.isDone()) {
            return;
        }
        try {
            result.complete(call.get());
        } catch (Throwable broken) {
            result.completeExceptionally(broken);
        }
    }
}
