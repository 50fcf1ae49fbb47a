package io.nestcms.payment;

import java.time.YearMonth;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a gateway tells of a card that it has saved.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @param token the gateway's name for it
 * @param description the masked number, as a payer knows it again, or {@code null}
 * @param scheme for example {@code Visa}, or {@code null}
 * @param expiry its last month, or {@code null} when the gateway does not say
 * @since 0.1
 */
public record CardOnFile(
        CardToken token,
        @Nullable String description,
        @Nullable String scheme,
        @Nullable YearMonth expiry) {
    /**
     * Checks that the token is there.
     *
     * @param token the gateway's name for it
     * @param description the masked number, or {@code null}
     * @param scheme the scheme, or {@code null}
     * @param expiry the last month, or {@code null}
     */
    public CardOnFile {
        Objects.requireNonNull(token, "token");
    }
}
