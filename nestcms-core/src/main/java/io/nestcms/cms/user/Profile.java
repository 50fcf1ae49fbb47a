package io.nestcms.cms.user;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What users may change of themselves. {@code toString} shows nothing of it.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @param name what the user is called; 1 to 200 characters of any script
 * @param email the address
 * @param phone the number in the form of E.164, or {@code null}
 * @since 0.1
 */
public record Profile(String name, String email, @Nullable String phone) {
    /**
     * Checks that nothing is missing; the form is checked where it is used.
     *
     * @param name what the user is called
     * @param email the address
     * @param phone the number, or {@code null}
     */
    public Profile {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(email, "email");
    }

    /**
     * Nothing of it.
     *
     * @return for logs
     */
    @Override
    public String toString() {
        return "Profile[hidden]";
    }
}
