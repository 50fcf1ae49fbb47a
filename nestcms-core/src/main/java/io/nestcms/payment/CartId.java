package io.nestcms.payment;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * The name under which a gateway knows what is paid: the merchant's own for the first attempt of an order, and one of a
 * {@linkplain #isReserved() reserved form} for each further attempt and for each capture, void or refund, so that the gateway can
 * be asked about exactly that one.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @param value 1 to 64 visible ASCII characters
 * @since 0.1
 */
public record CartId(String value) {
    private static final Pattern FORM = Pattern.compile("[\\x21-\\x7e]{1,64}");
    private static final String RESERVED = "nc--";
    /** What the prefix and the longest suffix leave of 64 characters. */
    private static final int LONGEST_NAME = 50;

    /**
     * Checks the form.
     *
     * @param value 1 to 64 visible ASCII characters
     * @throws io.nestcms.failure.InvalidInputException if the value is of another form
     */
    public CartId {
        Field.matching("cartId", value, FORM, "1 to 64 visible ASCII characters");
    }

    /**
     * The cart of a further attempt of an order.
     *
     * @param payment the payment
     * @param number the attempt's number, from 2
     * @return a name that no order may have; the same for the same attempt
     */
    public static CartId ofAttempt(PaymentId payment, int number) {
        return reserved(payment, "a" + number);
    }

    /**
     * The cart of a capture, void or refund.
     *
     * @param payment the payment
     * @param number the follow-up's number within its payment, from 1
     * @return a name that no order may have; the same for the same follow-up
     */
    public static CartId ofFollowUp(PaymentId payment, int number) {
        return reserved(payment, "f" + number);
    }

    private static CartId reserved(PaymentId payment, String suffix) {
        String name = payment.value();
        return new CartId(RESERVED + (name.length() > LONGEST_NAME ? digest(name) : name) + "-" + suffix);
    }

    private static String digest(String name) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(name.getBytes(StandardCharsets.US_ASCII));
            return Objects.requireNonNull(HexFormat.of().formatHex(hash, 0, 20));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }

    /**
     * Whether the name is of the form that belongs to further attempts and follow-ups. A new order may not have it.
     *
     * @return true when it begins with {@code nc--}, in small or capital letters
     */
    public boolean isReserved() {
        return value.toLowerCase(Locale.ROOT).startsWith(RESERVED);
    }

    /**
     * The bare value.
     *
     * @return {@link #value()}
     */
    @Override
    public String toString() {
        return value;
    }
}
