package io.nestcms.cms.user;

import io.nestcms.access.Role;
import io.nestcms.access.Subject;
import io.nestcms.failure.InvalidInputException;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A person of the system.
 *
 * <p>Immutable and safe for use by many threads. {@code toString} shows the id only. Times are kept to the millisecond.
 *
 * @param id our name for the user; 1 to 64 letters, digits, {@code _}, {@code -} or {@code .}
 * @param username the name that signs in; letters of one script, digits, {@code .}, {@code _}, {@code -}; 3 to 32 characters
 * @param email the address
 * @param phone the number in the form of E.164, or {@code null}
 * @param name what the user is called; 1 to 200 characters of any script
 * @param roles what the user is; at least one
 * @param status where the user is
 * @param createdAt when it was registered
 * @param updatedAt when it was changed last
 * @param version counts the changes, from 1
 * @since 0.1
 */
public record User(
        String id,
        String username,
        String email,
        @Nullable String phone,
        String name,
        Set<Role> roles,
        UserStatus status,
        Instant createdAt,
        Instant updatedAt,
        long version) {
    private static final int LONGEST_NAME = 200;

    /**
     * Checks every part.
     *
     * @param id our name for the user
     * @param username the name that signs in
     * @param email the address
     * @param phone the number, or {@code null}
     * @param name what the user is called
     * @param roles what the user is
     * @param status where the user is
     * @param createdAt when it was registered
     * @param updatedAt when it was changed last
     * @param version counts the changes
     * @throws InvalidInputException if a part is of another form
     */
    public User {
        Objects.requireNonNull(status, "status");
        if (!id.matches("[A-Za-z0-9._-]{1,64}")) {
            throw new InvalidInputException("id", "has another form", "1 to 64 letters, digits, '.', '_' or '-'");
        }
        username = Folding.username(username);
        email = Folding.email(email);
        phone = phone == null ? null : Folding.phone(phone);
        name = Folding.line("name", name, LONGEST_NAME);
        if (roles.isEmpty()) {
            throw new InvalidInputException("roles", "are none", "at least one");
        }
        roles = java.util.Collections.unmodifiableSet(EnumSet.copyOf(roles));
        createdAt = Instant.ofEpochMilli(createdAt.toEpochMilli());
        updatedAt = Instant.ofEpochMilli(updatedAt.toEpochMilli());
        if (version < 1) {
            throw new InvalidInputException("version", "is " + version, "from 1");
        }
    }

    /**
     * Whom an access policy is asked about.
     *
     * @return id and roles
     */
    public Subject subject() {
        return new Subject(id, roles);
    }

    User changed(Instant now, Profile profile) {
        return new User(
                id,
                username,
                profile.email(),
                profile.phone(),
                profile.name(),
                roles,
                status,
                createdAt,
                now,
                version + 1);
    }

    User with(Instant now, UserStatus next) {
        return new User(id, username, email, phone, name, roles, next, createdAt, now, version + 1);
    }

    User with(Instant now, Set<Role> next) {
        return new User(id, username, email, phone, name, next, status, createdAt, now, version + 1);
    }

    /**
     * The id, nothing more.
     *
     * @return for logs
     */
    @Override
    public String toString() {
        return "User[" + id + "]";
    }
}
