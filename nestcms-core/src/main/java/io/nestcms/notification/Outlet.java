package io.nestcms.notification;

import io.nestcms.resilience.BreakerSettings;
import io.nestcms.resilience.CallResult;
import io.nestcms.resilience.CircuitBreakers;
import io.nestcms.resilience.Classifier;
import io.nestcms.resilience.ProtectedCall;
import io.nestcms.resilience.Protection;
import io.nestcms.resilience.RateLimit;
import io.nestcms.resilience.RetrySettings;
import java.time.Duration;

/** The calls of one channel, behind its breaker, limits and retries. What goes wrong comes out as {@link UndeliveredException}. */
final class Outlet {
    private final String channel;
    private final Protection protection;

    Outlet(String channel, Protection protection) {
        this.channel = channel;
        this.protection = protection;
    }

    /** Three tries of what was not sent, 5 s for each and 15 s for all. */
    static Protection standard(CircuitBreakers breakers, String channel, RateLimit rate) {
        return Protection.builder(
                        breakers.findOrCreate(channel, BreakerSettings.service().build()))
                .attemptTimeout(Duration.ofSeconds(5))
                .deadline(Duration.ofSeconds(15))
                .retry(RetrySettings.defaults())
                .rateLimit(rate)
                .build();
    }

    <T> T call(ProtectedCall<T, Exception> call, Classifier<? super T> classifier) {
        CallResult<T> result;
        try {
            result = protection.call(call, classifier);
        } catch (Exception e) {
            throw UndeliveredException.by(channel, e);
        }
        return result.fold(answered -> answered.value(), notCalled -> {
            String message = channel + " was not called: " + notCalled.reason();
            throw notCalled.reason() == CallResult.NotCalled.Reason.RATE_LIMITED
                    ? UndeliveredException.overRate(message, notCalled.retryAfter())
                    : UndeliveredException.failed(message, notCalled.retryAfter(), null);
        });
    }
}
