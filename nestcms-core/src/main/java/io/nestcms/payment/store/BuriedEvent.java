package io.nestcms.payment.store;

import io.nestcms.payment.PaymentId;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An event that was taken out of the way, for one listener or for all that had not heard it. It can be {@linkplain Outbox#replay
 * replayed}.
 *
 * @param paymentId the payment it was recorded with
 * @param id the event's name
 * @param sequence the event's number in its payment
 * @param content what can be told of it
 * @param listener the one that did not handle it, or {@code null} when no node could read it for anybody
 * @param attempts how many deliveries failed; 0 when none could be made
 * @param cause why, in a few words without a secret
 * @since 0.1
 */
public record BuriedEvent(
        PaymentId paymentId,
        String id,
        long sequence,
        EventContent content,
        @Nullable String listener,
        int attempts,
        String cause) {
    /**
     * Checks that nothing that must be there is missing.
     *
     * @param paymentId the payment
     * @param id the event's name
     * @param sequence the event's number in its payment
     * @param content what can be told of it
     * @param listener the one that did not handle it, or {@code null}
     * @param attempts how many deliveries failed
     * @param cause why
     */
    public BuriedEvent {
        Objects.requireNonNull(paymentId, "paymentId");
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(content, "content");
        Objects.requireNonNull(cause, "cause");
    }
}
