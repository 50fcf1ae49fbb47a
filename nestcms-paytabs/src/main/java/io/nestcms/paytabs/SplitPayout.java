package io.nestcms.paytabs;

import io.nestcms.failure.InvalidInputException;
import io.nestcms.money.Money;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A part of a payment that PayTabs pays out to one of several parties: an entry of {@code split_payout}. A payment has none, or two
 * and more. Must be enabled for the profile.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @param entityId the merchant's number for the party; above zero
 * @param entityName its name; 1 to 255 characters
 * @param description what it is paid for; 1 to 255 characters, or {@code null}
 * @param total how much of the payment is its; in the payment's currency
 * @param fee how PayTabs' fee is laid on it
 * @since 0.1
 */
public record SplitPayout(
        long entityId, String entityName, @Nullable String description, Money total, Fee fee) {
    /**
     * Checks every part.
     *
     * @param entityId the merchant's number for the party
     * @param entityName its name
     * @param description what it is paid for, or {@code null}
     * @param total how much is its
     * @param fee how the fee is laid on it
     * @throws InvalidInputException if a part is of another form
     */
    public SplitPayout {
        Limits.id("entity_id", entityId);
        Limits.text("entity_name", entityName, 1, 255);
        if (description != null) {
            Limits.text("item_description", description, 1, 255);
        }
        Limits.amount("item_total", total);
        Objects.requireNonNull(fee, "fee");
    }

    /**
     * How the fee that the merchant pays to PayTabs (its "MSC") is laid on a part. When one part bears it in full, all others bear
     * none; when parts bear it in proportion, one other takes the remainder.
     *
     * @since 0.1
     */
    public enum Fee {
        /** All of it. */
        FULL("F"),
        /** In proportion to the part. */
        PROPORTIONAL("P"),
        /** None of it. */
        NONE("Z"),
        /** What is left of it. */
        REMAINDER("R");

        private final String wire;

        Fee(String wire) {
            this.wire = wire;
        }

        String wire() {
            return wire;
        }
    }
}
