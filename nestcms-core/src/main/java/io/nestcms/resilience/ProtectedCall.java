package io.nestcms.resilience;

import org.jspecify.annotations.Nullable;

/**
 * A call to a dependency that respects the timeout of its attempt.
 *
 * @param <T> what it returns
 * @param <X> the checked exception it may throw; inferred as {@link RuntimeException} when there is none
 * @since 0.1
 */
@FunctionalInterface
public interface ProtectedCall<T extends @Nullable Object, X extends Exception> {
    /**
     * Makes the call.
     *
     * @param attempt which try it is and how long it may take
     * @return its answer
     * @throws X if the call fails
     */
    T run(Attempt attempt) throws X;
}
