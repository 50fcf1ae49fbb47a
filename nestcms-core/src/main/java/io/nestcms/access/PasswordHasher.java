package io.nestcms.access;

import io.nestcms.failure.InvalidInputException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.Base64;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;
import org.jspecify.annotations.Nullable;

/**
 * Passwords as they are kept: Argon2id, version 1.3, each with a salt of its own, in the text form of the PHC string format, for
 * example {@code $argon2id$v=19$m=19456,t=2,p=1$...}. Needs Bouncy Castle ({@code bcprov}) on the class path. A password is
 * compared after NFKC, so that it may be typed on another keyboard.
 *
 * <p>Safe for use by many threads. Each call takes the memory that the settings name and keeps a processor busy: bound how many
 * run at once.
 *
 * @since 0.1
 */
public final class PasswordHasher {
    private static final int MEMORY_KIB = 19 * 1024;
    private static final int PASSES = 2;
    private static final int SALT_BYTES = 16;
    private static final int HASH_BYTES = 32;
    private static final int MOST_MEMORY_KIB = 1024 * 1024;
    private static final int MOST_PASSES = 64;
    private static final int MOST_LANES = 16;
    private static final Pattern FORM = Pattern.compile(
            "\\$argon2id\\$v=19\\$m=([0-9]{1,7}),t=([0-9]{1,2}),p=([0-9]{1,2})\\$([A-Za-z0-9+/]{11,86})\\$([A-Za-z0-9+/]{22,86})");

    private final int memoryKib;
    private final int passes;
    private final int lanes;
    private final SecureRandom random;

    private PasswordHasher(int memoryKib, int passes, int lanes, SecureRandom random) {
        this.memoryKib = checked("memoryKib", memoryKib, 8 * Math.max(1, lanes), MOST_MEMORY_KIB);
        this.passes = checked("passes", passes, 1, MOST_PASSES);
        this.lanes = checked("lanes", lanes, 1, MOST_LANES);
        this.random = Objects.requireNonNull(random, "random");
    }

    private static int checked(String name, int value, int least, int most) {
        if (value < least || value > most) {
            throw new InvalidInputException(name, "is " + value, least + " to " + most);
        }
        return value;
    }

    /**
     * A hasher of 19 MiB, two passes and one lane: what OWASP's password storage cheat sheet names as the least.
     *
     * @return a hasher
     */
    public static PasswordHasher standard() {
        return of(MEMORY_KIB, PASSES, 1, new SecureRandom());
    }

    /**
     * A hasher of other strength.
     *
     * @param memoryKib memory of one hash in KiB; at least 8 for each lane, at most 1,048,576
     * @param passes how often that memory is gone over; 1 to 64
     * @param lanes parallel lanes; 1 to 16
     * @param random makes salts; cryptographically strong
     * @return a hasher
     * @throws InvalidInputException if a number is out of range
     */
    public static PasswordHasher of(int memoryKib, int passes, int lanes, SecureRandom random) {
        return new PasswordHasher(memoryKib, passes, lanes, random);
    }

    /**
     * The form in which a password is kept.
     *
     * @param password the password
     * @return another text at each call
     * @throws InvalidInputException if the password is no text: it has half of a surrogate pair
     */
    public String hash(String password) {
        byte[] salt = new byte[SALT_BYTES];
        random.nextBytes(salt);
        byte[] secret = bytes(password)
                .orElseThrow(() -> new InvalidInputException("password", "is no text", "whole characters only"));
        byte[] hash = derive(secret, salt, memoryKib, passes, lanes, HASH_BYTES);
        Base64.Encoder base64 = Base64.getEncoder().withoutPadding();
        return "$argon2id$v=19$m=" + memoryKib + ",t=" + passes + ",p=" + lanes + "$" + base64.encodeToString(salt)
                + "$" + base64.encodeToString(hash);
    }

    /**
     * Whether a password is the one that was kept. Compares in constant time.
     *
     * @param password what somebody typed
     * @param kept what {@link #hash} made, under these or other settings
     * @return whether they belong together; {@code false} also where {@code kept} is of another form
     */
    public boolean matches(String password, String kept) {
        Matcher form = form(kept);
        byte[] secret = bytes(password).orElse(null);
        if (form == null || secret == null) {
            return false;
        }
        byte[] hash = Base64.getDecoder().decode(form.group(5));
        byte[] salt = Base64.getDecoder().decode(form.group(4));
        return MessageDigest.isEqual(
                hash, derive(secret, salt, number(form, 1), number(form, 2), number(form, 3), hash.length));
    }

    /**
     * Whether a kept password should be hashed anew, at the next sign-in, when it is known for a moment.
     *
     * @param kept what was kept
     * @return whether it was made with less memory, fewer passes or a shorter hash than this hasher makes, or is of another form
     */
    public boolean isOutdated(String kept) {
        Matcher form = form(kept);
        return form == null
                || number(form, 1) < memoryKib
                || number(form, 2) < passes
                || Base64.getDecoder().decode(form.group(5)).length < HASH_BYTES;
    }

    /** Limits also what a changed store could make this process spend. */
    private static @Nullable Matcher form(String kept) {
        Matcher form = FORM.matcher(kept);
        return form.matches()
                        && number(form, 3) >= 1
                        && number(form, 3) <= MOST_LANES
                        && number(form, 1) >= 8 * number(form, 3)
                        && number(form, 1) <= MOST_MEMORY_KIB
                        && number(form, 2) >= 1
                        && number(form, 2) <= MOST_PASSES
                        && form.group(4).length() % 4 != 1
                        && form.group(5).length() % 4 != 1
                ? form
                : null;
    }

    private static int number(Matcher form, int group) {
        return Integer.parseInt(form.group(group));
    }

    /** Empty for text with half a surrogate pair: it would be encoded as if it were another one. */
    private static Optional<byte[]> bytes(String password) {
        try {
            ByteBuffer encoded = StandardCharsets.UTF_8
                    .newEncoder()
                    .encode(CharBuffer.wrap(Normalizer.normalize(password, Normalizer.Form.NFKC)));
            byte[] bytes = new byte[encoded.remaining()];
            encoded.get(bytes);
            return Optional.of(bytes);
        } catch (CharacterCodingException noText) {
            return Optional.empty();
        }
    }

    private static byte[] derive(byte[] secret, byte[] salt, int memoryKib, int passes, int lanes, int length) {
        Argon2BytesGenerator generator = new Argon2BytesGenerator();
        generator.init(new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
                .withVersion(Argon2Parameters.ARGON2_VERSION_13)
                .withIterations(passes)
                .withMemoryAsKB(memoryKib)
                .withParallelism(lanes)
                .withSalt(salt)
                .build());
        byte[] hash = new byte[length];
        generator.generateBytes(secret, hash);
        Arrays.fill(secret, (byte) 0);
        return hash;
    }

    /**
     * The settings.
     *
     * @return for logs
     */
    @Override
    public String toString() {
        return "PasswordHasher[argon2id, " + memoryKib + " KiB, " + passes + " passes, " + lanes + " lanes]";
    }
}
