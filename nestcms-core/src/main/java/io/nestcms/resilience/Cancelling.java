package io.nestcms.resilience;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;

/** What cancelling does to a future: a plain {@link CompletableFuture} is completed by it, and nothing else happens. */
final class Cancelling {
    private static final ClassValue<Boolean> OWN = new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> type) {
            try {
                return type.getMethod("cancel", boolean.class).getDeclaringClass() != CompletableFuture.class;
            } catch (NoSuchMethodException | SecurityException unknown) {
                return false;
            }
        }
    };

    private Cancelling() {}

    /** Whether a future's class has a cancellation of its own, which may be believed to end the call. */
    static boolean hasAWayOfItsOwn(Future<?> future) {
        return OWN.get(future.getClass());
    }
}
