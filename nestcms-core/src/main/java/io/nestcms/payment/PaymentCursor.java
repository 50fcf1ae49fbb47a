package io.nestcms.payment;

import io.nestcms.failure.InvalidInputException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Objects;

/**
 * A place in the list of payments, newest first: the payment after which a page begins. Payments that are created meanwhile stand
 * before it and move nothing. Not secret and no right to anything: what a list shows is up to its {@link PaymentQuery}.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @param createdAt when that payment was created
 * @param id its id, which decides between payments of one moment
 * @since 0.1
 */
public record PaymentCursor(Instant createdAt, PaymentId id) {
    private static final byte FORM = 1;
    private static final int NUMBERS = 1 + Long.BYTES + Integer.BYTES;
    private static final int CHECK = 8;

    /**
     * Checks that both are there.
     *
     * @param createdAt when the payment was created
     * @param id its id
     */
    public PaymentCursor {
        Objects.requireNonNull(createdAt, "createdAt");
        Objects.requireNonNull(id, "id");
    }

    /**
     * The place of a payment.
     *
     * @param payment the last one of a page
     * @return its place
     */
    public static PaymentCursor of(Payment payment) {
        return new PaymentCursor(payment.revision().createdAt(), payment.id());
    }

    /**
     * What a client is given and gives back. Its form may change with any version.
     *
     * @return letters, digits, {@code -} and {@code _}
     */
    public String token() {
        byte[] name = id.value().getBytes(StandardCharsets.UTF_8);
        byte[] place = ByteBuffer.allocate(NUMBERS + name.length)
                .put(FORM)
                .putLong(createdAt.getEpochSecond())
                .putInt(createdAt.getNano())
                .put(name)
                .array();
        byte[] token = ByteBuffer.allocate(place.length + CHECK)
                .put(place)
                .put(check(place))
                .array();
        return Base64.getUrlEncoder().withoutPadding().encodeToString(token);
    }

    /**
     * The reverse of {@link #token()}.
     *
     * @param token what a client gave back
     * @return the place
     * @throws InvalidInputException if it is not as it was given out
     */
    public static PaymentCursor parse(String token) {
        Objects.requireNonNull(token, "token");
        try {
            byte[] bytes = Base64.getUrlDecoder().decode(token);
            byte[] place = Arrays.copyOf(bytes, Math.max(0, bytes.length - CHECK));
            byte[] check = Arrays.copyOfRange(bytes, place.length, bytes.length);
            ByteBuffer parts = ByteBuffer.wrap(place);
            if (parts.get() != FORM || !MessageDigest.isEqual(check, check(place))) {
                throw refused();
            }
            Instant createdAt = Instant.ofEpochSecond(parts.getLong(), parts.getInt());
            byte[] name = new byte[parts.remaining()];
            parts.get(name);
            PaymentCursor cursor =
                    new PaymentCursor(createdAt, new PaymentId(new String(name, StandardCharsets.UTF_8)));
            // other texts may decode to the same bytes
            if (!cursor.token().equals(token)) {
                throw refused();
            }
            return cursor;
        } catch (IllegalArgumentException | BufferUnderflowException | DateTimeException malformed) {
            throw refused();
        }
    }

    private static InvalidInputException refused() {
        return new InvalidInputException(
                "cursor", "is not as it was given out", "the next cursor of a page, unchanged");
    }

    /** Against what is cut, mistyped or made up in passing; who takes the trouble gets another place in the same list. */
    private static byte[] check(byte[] place) {
        try {
            return Arrays.copyOf(MessageDigest.getInstance("SHA-256").digest(place), CHECK);
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException("SHA-256 does not work on this Java runtime", missing);
        }
    }
}
