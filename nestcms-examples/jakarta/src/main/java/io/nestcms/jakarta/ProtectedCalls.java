package io.nestcms.jakarta;

import io.nestcms.resilience.BreakerSettings;
import io.nestcms.resilience.CircuitBreaker;
import io.nestcms.resilience.CircuitBreakers;
import jakarta.annotation.Priority;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.interceptor.AroundInvoke;
import jakarta.interceptor.Interceptor;
import jakarta.interceptor.InvocationContext;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Puts calls with {@link Protected} behind circuit breakers. */
@Interceptor
@Protected("")
@Priority(Interceptor.Priority.LIBRARY_BEFORE)
class ProtectedCalls {
    private final Instance<CircuitBreakers> breakers;

    /** Made by the container; the registry is asked at the first call. */
    @Inject
    ProtectedCalls(Instance<CircuitBreakers> breakers) {
        this.breakers = breakers;
    }

    @AroundInvoke
    @Nullable Object call(InvocationContext call) throws Exception {
        CircuitBreaker breaker = breakers.get()
                .findOrCreate(name(call), BreakerSettings.service().build());
        if (CompletionStage.class.isAssignableFrom(call.getMethod().getReturnType())) {
            return breaker.callAsync(() -> stage(call));
        }
        return breaker.call(() -> proceed(call)).orElse(null);
    }

    private static String name(InvocationContext call) {
        Protected own = call.getMethod().getAnnotation(Protected.class);
        Protected found = own != null ? own : call.getTarget().getClass().getAnnotation(Protected.class);
        return Objects.requireNonNull(found, "annotation").value();
    }

    private static Optional<Object> proceed(InvocationContext call) {
        try {
            return Optional.ofNullable(call.proceed());
        } catch (Throwable e) {
            throw NestCmsExtension.asThrown(e);
        }
    }

    @SuppressWarnings("unchecked")
    private static CompletionStage<Object> stage(InvocationContext call) {
        try {
            return (CompletionStage<Object>) Objects.requireNonNull(call.proceed());
        } catch (Throwable e) {
            throw NestCmsExtension.asThrown(e);
        }
    }
}
