package io.nestcms.webhook;

import java.util.Optional;

/**
 * One check of a request that stands alone. The verifier runs its checks in a fixed order; each may also be used without it.
 *
 * <p>Implementations are safe for use by many threads, throw nothing for anything that a sender can send, and answer the
 * same when asked again.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface WebhookCheck {
    /**
     * Checks a request.
     *
     * @param request the request as it was received
     * @return empty when the request passes, else why it is refused
     */
    Optional<Refusal> check(WebhookRequest request);
}
