package io.nestcms.cms.record;

import io.nestcms.failure.InvalidInputException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Base64;
import java.util.Objects;

/**
 * A place in a list that goes from the newest to the oldest: behind the record that was made then and has this id. What is added
 * meanwhile moves no page.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @param createdAt when the last record of the page before was made
 * @param id its id
 * @since 0.1
 */
public record Position(Instant createdAt, String id) {
    /**
     * Checks that nothing is missing.
     *
     * @param createdAt when the record was made
     * @param id its id
     */
    public Position {
        Objects.requireNonNull(createdAt, "createdAt");
        Objects.requireNonNull(id, "id");
    }

    /**
     * As a word that may stand in an address.
     *
     * @return for {@link #parse}
     */
    public String text() {
        String clear = createdAt.getEpochSecond() + "." + createdAt.getNano() + "." + id;
        return Base64.getUrlEncoder().withoutPadding().encodeToString(clear.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * What {@link #text()} made.
     *
     * @param text from a caller
     * @return the position
     * @throws InvalidInputException if it is none
     */
    public static Position parse(String text) {
        Objects.requireNonNull(text, "cursor");
        try {
            String clear = new String(Base64.getUrlDecoder().decode(text), StandardCharsets.UTF_8);
            String[] parts = clear.split("\\.", 3);
            if (parts.length == 3 && text.length() <= 200) {
                return new Position(
                        Instant.ofEpochSecond(Long.parseLong(parts[0]), Integer.parseInt(parts[1])), parts[2]);
            }
        } catch (IllegalArgumentException | DateTimeException | ArithmeticException other) {
            throw new InvalidInputException("cursor", "was not given by us", "the cursor of the page before");
        }
        throw new InvalidInputException("cursor", "was not given by us", "the cursor of the page before");
    }

    /**
     * Whether a record stands behind this place.
     *
     * @param otherCreatedAt when the record was made
     * @param otherId its id
     * @return true if it is older, or made at the same time and of a smaller id
     */
    public boolean isBefore(Instant otherCreatedAt, String otherId) {
        int byTime = otherCreatedAt.compareTo(createdAt);
        return byTime < 0 || (byTime == 0 && otherId.compareTo(id) < 0);
    }

    @Override
    public String toString() {
        return text();
    }
}
