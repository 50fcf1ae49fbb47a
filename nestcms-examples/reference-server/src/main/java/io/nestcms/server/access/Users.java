package io.nestcms.server.access;

import io.nestcms.server.http.Problem;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Semaphore;

/**
 * Who may sign in. An unknown name costs as much time as a wrong password, and only a few passwords are tried at once: one
 * trial takes 19 MiB.
 */
final class Users {
    private static final int MAX_PASSWORD = 256;

    private final Map<String, PasswordHash> hashes = new HashMap<>();
    private final PasswordHash nobody;
    private final Semaphore trials = new Semaphore(4);

    Users(Map<String, String> passwords, SecureRandom random) {
        passwords.forEach((name, password) -> hashes.put(name, PasswordHash.of(password, random)));
        byte[] unknown = new byte[24];
        random.nextBytes(unknown);
        this.nobody = PasswordHash.of(java.util.HexFormat.of().formatHex(unknown), random);
    }

    /** Whether name and password belong together. */
    boolean isGenuine(String name, String password) {
        if (password.length() > MAX_PASSWORD) {
            return false;
        }
        if (!trials.tryAcquire()) {
            throw Problem.unavailable(
                            "too-many-sign-ins",
                            "Too many sign-ins at once",
                            "try again in a moment",
                            Duration.ofSeconds(1))
                    .asException();
        }
        try {
            PasswordHash kept = hashes.get(name);
            boolean matches = Objects.requireNonNullElse(kept, nobody).matches(password);
            return matches && kept != null;
        } finally {
            trials.release();
        }
    }
}
