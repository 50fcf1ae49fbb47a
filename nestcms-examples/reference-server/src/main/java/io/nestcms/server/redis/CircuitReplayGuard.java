package io.nestcms.server.redis;

import io.nestcms.redis.NestRedisException;
import io.nestcms.resilience.CircuitBreaker;
import io.nestcms.resilience.FailureClass;
import io.nestcms.resilience.Permit;
import io.nestcms.webhook.ReplayClaim;
import io.nestcms.webhook.ReplayGuard;
import io.nestcms.webhook.WebhookException;
import java.util.function.Function;
import java.util.function.Supplier;

/** A replay guard behind a circuit: while that is open it fails without a call. */
final class CircuitReplayGuard implements ReplayGuard {
    private final Supplier<ReplayGuard> guard;
    private final CircuitBreaker breaker;

    CircuitReplayGuard(Supplier<ReplayGuard> guard, CircuitBreaker breaker) {
        this.guard = guard;
        this.breaker = breaker;
    }

    @Override
    public ReplayClaim claim(String key) {
        return guarded(redis -> redis.claim(key));
    }

    @Override
    public void commit(ReplayClaim.Granted claim) {
        guarded(redis -> {
            redis.commit(claim);
            return true;
        });
    }

    @Override
    public void release(ReplayClaim.Granted claim) {
        guarded(redis -> {
            redis.release(claim);
            return true;
        });
    }

    private <T> T guarded(Function<ReplayGuard, T> call) {
        Permit permit = breaker.tryAcquire();
        if (permit.isRejected()) {
            throw new WebhookException("the replay guard is left alone: " + breaker.name() + " is open", null);
        }
        try {
            T result = call.apply(guard.get());
            permit.success();
            return result;
        } catch (WebhookException broken) {
            permit.failure(FailureClass.OTHER);
            throw broken;
        } catch (NestRedisException away) {
            permit.failure(FailureClass.OTHER);
            throw new WebhookException("Redis, which holds the replay guard, cannot be reached", away);
        } catch (RuntimeException | Error refused) {
            permit.ignore();
            throw refused;
        }
    }
}
