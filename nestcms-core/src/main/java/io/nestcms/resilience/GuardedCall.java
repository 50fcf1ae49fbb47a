package io.nestcms.resilience;

import org.jspecify.annotations.Nullable;

/**
 * A call to a dependency.
 *
 * @param <T> what it returns
 * @param <X> the checked exception it may throw; inferred as {@link RuntimeException} when there is none
 * @since 0.1
 */
@FunctionalInterface
public interface GuardedCall<T extends @Nullable Object, X extends Exception> {
    /**
     * Makes the call.
     *
     * @return its answer
     * @throws X if the call fails
     */
    T run() throws X;
}
