package io.nestcms.resilience;

import io.nestcms.failure.NestCmsException;
import io.nestcms.resilience.CallResult.NotCalled.Reason;
import java.time.Duration;

/** How a refusal travels through the policies of a {@link Protection}; it never leaves it. */
final class NotCalledException extends NestCmsException {
    private static final long serialVersionUID = 1L;

    final Reason reason;
    final Duration retryAfter;

    NotCalledException(Reason reason, Duration retryAfter) {
        super("not called: " + reason);
        this.reason = reason;
        this.retryAfter = retryAfter;
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
