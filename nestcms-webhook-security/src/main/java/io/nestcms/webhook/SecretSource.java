package io.nestcms.webhook;

import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Gives the keys of a tenant (merchant profile). Several may be valid at once, so that a key can be changed without losing a
 * message.
 *
 * <p>Implementations are safe for use by many threads. Asked for every request, so a slow store is put behind a cache.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface SecretSource {
    /**
     * The keys of a tenant.
     *
     * @param tenant the tenant as the request names it, empty when there is only one
     * @return its keys; empty or {@code null} when the tenant is not known, so that {@code map::get} will do
     * @throws RuntimeException if the keys cannot be looked up now; the request is then refused as
     *     {@link Refusal.Reason#SECRET_UNAVAILABLE}
     */
    @Nullable Collection<? extends VerificationKey> keysOf(String tenant);

    /**
     * The same keys for every tenant.
     *
     * @param keys the keys, at least one; copied
     * @return a source that always gives them
     * @throws IllegalArgumentException if there is no key: there is no unsigned mode
     */
    static SecretSource of(Collection<? extends VerificationKey> keys) {
        List<VerificationKey> copy = List.copyOf(keys);
        if (copy.isEmpty()) {
            throw new IllegalArgumentException("keys is empty: at least one is needed, there is no unsigned mode");
        }
        return tenant -> copy;
    }
}
