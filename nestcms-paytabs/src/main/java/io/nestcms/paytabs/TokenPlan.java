package io.nestcms.paytabs;

import io.nestcms.failure.InvalidInputException;
import io.nestcms.money.Money;
import java.time.LocalDate;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What is agreed with the payer when a card is saved: PayTabs' {@code token_info}. Made by a {@link Builder}.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @since 0.1
 */
public final class TokenPlan {
    private final Builder parts;

    private TokenPlan(Builder parts) {
        this.parts = parts;
    }

    /**
     * Begins a plan.
     *
     * @param type what later payments are
     * @param format what the token looks like
     * @return a builder
     */
    public static Builder builder(Type type, TokenFormat format) {
        return new Builder(type, format);
    }

    Builder parts() {
        return parts;
    }

    /**
     * Type and format only.
     *
     * @return for logs
     */
    @Override
    public String toString() {
        return "TokenPlan[" + parts.type + " " + parts.format + "]";
    }

    /**
     * What later payments with the saved card are.
     *
     * @since 0.1
     */
    public enum Type {
        /** The payer is there and chooses the saved card. */
        REGISTERED,
        /** The merchant charges, at no fixed times. */
        UNSCHEDULED,
        /** The merchant charges a fixed amount at fixed times. */
        RECURRING_FIXED,
        /** The merchant charges varying amounts at fixed times. */
        RECURRING_VARIABLE;

        String wire() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * How often the merchant charges.
     *
     * @since 0.1
     */
    public enum Frequency {
        /** Whenever it is needed. */
        AD_HOC,
        /** Each day. */
        DAILY,
        /** Each week. */
        WEEKLY,
        /** Each second week. */
        FORTNIGHTLY,
        /** Each month. */
        MONTHLY,
        /** Each third month. */
        QUARTERLY,
        /** Each half year. */
        TWICE_YEARLY,
        /** Each year. */
        YEARLY,
        /** At other times. */
        OTHER
    }

    /**
     * Collects the parts of a plan. Not safe for use by many threads.
     *
     * @since 0.1
     */
    public static final class Builder {
        final Type type;
        final TokenFormat format;
        int counter;
        int totalCount;

        @Nullable Frequency frequency;

        @Nullable Money least;

        @Nullable Money most;

        int minDaysBetween;

        @Nullable LocalDate start;

        @Nullable LocalDate expiry;

        private Builder(Type type, TokenFormat format) {
            this.type = Objects.requireNonNull(type, "type");
            this.format = Objects.requireNonNull(format, "format");
        }

        /**
         * Which payment of how many this is. Not said by default.
         *
         * @param counter the how manieth; from 1
         * @param totalCount of how many; not below the counter
         * @return this
         * @throws InvalidInputException if one is out of range
         */
        public Builder count(int counter, int totalCount) {
            this.counter = Limits.number("counter", counter, 1, Integer.MAX_VALUE);
            this.totalCount = Limits.number("total_count", totalCount, counter, Integer.MAX_VALUE);
            return this;
        }

        /**
         * How often payments come. Not said by default.
         *
         * @param often the frequency
         * @param minDaysBetween the least number of days between two; 0 for not said
         * @return this
         * @throws InvalidInputException if the number of days is below zero
         */
        public Builder frequency(Frequency often, int minDaysBetween) {
            this.frequency = Objects.requireNonNull(often, "often");
            this.minDaysBetween = Limits.number("min_days_between_payments", minDaysBetween, 0, Integer.MAX_VALUE);
            return this;
        }

        /**
         * Between what amounts each payment is. Not said by default.
         *
         * @param smallest of the same currency as the payment
         * @param largest not below the smallest
         * @return this
         * @throws InvalidInputException if an amount is out of range, the currencies differ, or the order is wrong
         */
        public Builder amounts(Money smallest, Money largest) {
            Limits.amount("min_amount_per_payment", smallest);
            Limits.amount("max_amount_per_payment", largest);
            if (smallest.compareTo(largest) > 0) {
                throw new InvalidInputException("max_amount_per_payment", "is too small", "not below the smallest");
            }
            this.least = smallest;
            this.most = largest;
            return this;
        }

        /**
         * From when to when payments come. Not said by default.
         *
         * @param first the first day
         * @param last the last day; not before the first
         * @return this
         * @throws InvalidInputException if the days are in the wrong order
         */
        public Builder dates(LocalDate first, LocalDate last) {
            if (last.isBefore(first)) {
                throw new InvalidInputException("expiry_date", "is before start_date", "the first day or later");
            }
            this.start = first;
            this.expiry = last;
            return this;
        }

        /**
         * Makes the plan.
         *
         * @return the plan
         */
        public TokenPlan build() {
            Builder copy = new Builder(type, format);
            copy.counter = counter;
            copy.totalCount = totalCount;
            copy.frequency = frequency;
            copy.least = least;
            copy.most = most;
            copy.minDaysBetween = minDaysBetween;
            copy.start = start;
            copy.expiry = expiry;
            return new TokenPlan(copy);
        }
    }
}
