package io.nestcms.cms.user;

import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A user as a store keeps it: with the password's hash, and a pending reset.
 *
 * <p>Immutable and safe for use by many threads. {@code toString} shows the user's id only.
 *
 * @param user the user
 * @param passwordHash the password as {@link io.nestcms.access.PasswordHasher} made it
 * @param reset a reset that was asked for and not used, or {@code null}
 * @since 0.1
 */
public record StoredUser(
        User user, String passwordHash, @Nullable Reset reset) {
    /**
     * Checks that nothing is missing.
     *
     * @param user the user
     * @param passwordHash the password's hash
     * @param reset a pending reset, or {@code null}
     */
    public StoredUser {
        Objects.requireNonNull(user, "user");
        Objects.requireNonNull(passwordHash, "passwordHash");
    }

    /**
     * A reset of the password that was asked for.
     *
     * @param tokenHash the SHA-256 of the link's secret, in hexadecimal
     * @param until the first moment at which it can no longer be used
     * @since 0.1
     */
    public record Reset(String tokenHash, Instant until) {
        /**
         * Checks that nothing is missing.
         *
         * @param tokenHash the hash of the link's secret
         * @param until when it is over
         */
        public Reset {
            Objects.requireNonNull(tokenHash, "tokenHash");
            until = Instant.ofEpochMilli(until.toEpochMilli());
        }
    }

    /**
     * The key under which the user name is unique: folded, lookalikes of other scripts as Latin ones.
     *
     * @return for an index, or for the hash that one is on
     */
    public String usernameKey() {
        return Folding.usernameKey(user.username());
    }

    /**
     * The key under which the address is unique: folded.
     *
     * @return for an index, or for the hash that one is on
     */
    public String emailKey() {
        return Folding.emailKey(user.email());
    }

    StoredUser with(User changed) {
        return new StoredUser(changed, passwordHash, reset);
    }

    /**
     * The id, nothing more.
     *
     * @return for logs
     */
    @Override
    public String toString() {
        return "StoredUser[" + user.id() + "]";
    }
}
