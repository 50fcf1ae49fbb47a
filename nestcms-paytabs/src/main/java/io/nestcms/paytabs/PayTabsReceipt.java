package io.nestcms.paytabs;

import io.nestcms.payment.Payment;
import io.nestcms.webhook.WebhookAnswer;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * What to answer to one that PayTabs or the payer's browser sent, and whose payment it was.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @param answer the HTTP status, with an empty body
 * @param retryAfter with {@link WebhookAnswer#RETRY_LATER}, after how long another delivery may do better; else zero
 * @param payment the payment as it is on record now; empty when it was refused, is of no payment here, or was handled before
 * @since 0.1
 */
public record PayTabsReceipt(WebhookAnswer answer, Duration retryAfter, Optional<Payment> payment) {
    private static final Duration SOON = Duration.ofSeconds(5);

    /**
     * Checks that nothing is missing.
     *
     * @param answer the HTTP status
     * @param retryAfter zero or more
     * @param payment the payment, if it is known
     */
    public PayTabsReceipt {
        Objects.requireNonNull(answer, "answer");
        Objects.requireNonNull(retryAfter, "retryAfter");
        Objects.requireNonNull(payment, "payment");
    }

    static PayTabsReceipt of(WebhookAnswer answer) {
        return new PayTabsReceipt(answer, answer == WebhookAnswer.RETRY_LATER ? SOON : Duration.ZERO, Optional.empty());
    }

    static PayTabsReceipt done(Payment payment) {
        return new PayTabsReceipt(WebhookAnswer.ACCEPTED, Duration.ZERO, Optional.of(payment));
    }

    static PayTabsReceipt later(Payment payment, Duration retryAfter) {
        return new PayTabsReceipt(WebhookAnswer.RETRY_LATER, retryAfter, Optional.of(payment));
    }

    /**
     * The HTTP status to answer with.
     *
     * @return 200, 401 or 503
     */
    public int status() {
        return answer.status();
    }
}
