package io.nestcms.payment;

import io.nestcms.failure.InvalidInputException;
import io.nestcms.money.Money;
import java.time.LocalDate;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What is agreed with the payer when a card is saved: how often, when and how much the merchant may charge without asking again. {@code SavedCards} keeps every
 * payment with the card within it, before the call. Made by a {@link Builder}; what is not said is not limited.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @param kind what later payments are
 * @param times how many payments there are at most, the one that saves the card included; 0 for not said
 * @param frequency how often they come, or {@code null} for not said
 * @param leastDaysBetween the least number of days between two; 0 for not said
 * @param least the smallest amount of one, or {@code null} for not said
 * @param most the largest amount of one, of the same currency, or {@code null} for not said
 * @param first the first day, or {@code null} for not said
 * @param last the last day, or {@code null} for not said
 * @since 0.1
 */
public record CardPlan(
        Kind kind,
        int times,
        @Nullable Frequency frequency,
        int leastDaysBetween,
        @Nullable Money least,
        @Nullable Money most,
        @Nullable LocalDate first,
        @Nullable LocalDate last) {
    /**
     * Checks that the parts do not contradict each other.
     *
     * @param kind what later payments are
     * @param times how many at most; 0 for not said
     * @param frequency how often, or {@code null}
     * @param leastDaysBetween days between two; 0 for not said
     * @param least the smallest amount, or {@code null}
     * @param most the largest amount, or {@code null}
     * @param first the first day, or {@code null}
     * @param last the last day, or {@code null}
     * @throws InvalidInputException if a number is below zero, only one amount or day is given, the currencies differ or the order is wrong
     */
    public CardPlan {
        Objects.requireNonNull(kind, "kind");
        if (times < 0) {
            throw new InvalidInputException("plan.times", "is below zero", "0 for not said, or 1 and more");
        }
        if (leastDaysBetween < 0) {
            throw new InvalidInputException("plan.leastDaysBetween", "is below zero", "0 for not said, or 1 and more");
        }
        if ((least == null) != (most == null)) {
            throw new InvalidInputException("plan.most", "is not beside the least", "both amounts, or none");
        }
        if (least != null && most != null && (!least.isPositive() || least.compareTo(most) > 0)) {
            throw new InvalidInputException(
                    "plan.most", "is too small", "not below the smallest amount, which is above zero");
        }
        if ((first == null) != (last == null)) {
            throw new InvalidInputException("plan.last", "is not beside the first", "both days, or none");
        }
        if (first != null && last != null && last.isBefore(first)) {
            throw new InvalidInputException("plan.last", "is before the first day", "the first day or later");
        }
    }

    /** What later payments with the saved card are. */
    public enum Kind {
        /** The payer is there and chooses the saved card. */
        REGISTERED,
        /** The merchant charges, at no fixed times. */
        UNSCHEDULED,
        /** The merchant charges a fixed amount at fixed times. */
        RECURRING_FIXED,
        /** The merchant charges varying amounts at fixed times. */
        RECURRING_VARIABLE
    }

    /** How often the merchant charges. */
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
     * Begins.
     *
     * @param kind what later payments are
     * @return a builder
     */
    public static Builder builder(Kind kind) {
        return new Builder(kind);
    }

    /** Collects the parts of a plan. Not safe for use by many threads. */
    public static final class Builder {
        private final Kind kind;
        private int times;
        private @Nullable Frequency frequency;
        private int leastDaysBetween;
        private @Nullable Money least;
        private @Nullable Money most;
        private @Nullable LocalDate first;
        private @Nullable LocalDate last;

        private Builder(Kind kind) {
            this.kind = Objects.requireNonNull(kind, "kind");
        }

        /**
         * How many payments there are at most, the one that saves the card included. Not said by default.
         *
         * @param given 1 and more
         * @return this builder
         */
        public Builder times(int given) {
            times = given;
            return this;
        }

        /**
         * How often they come. Not said by default.
         *
         * @param given how often
         * @param days the least number of days between two; 0 for not said
         * @return this builder
         */
        public Builder every(Frequency given, int days) {
            frequency = Objects.requireNonNull(given, "given");
            leastDaysBetween = days;
            return this;
        }

        /**
         * Between what amounts each is. Not said by default.
         *
         * @param smallest above zero
         * @param largest of the same currency, not below the smallest
         * @return this builder
         */
        public Builder amounts(Money smallest, Money largest) {
            least = Objects.requireNonNull(smallest, "smallest");
            most = Objects.requireNonNull(largest, "largest");
            return this;
        }

        /**
         * From when to when they come, by the calendar of UTC. Not said by default.
         *
         * @param from the first day
         * @param to the last day
         * @return this builder
         */
        public Builder days(LocalDate from, LocalDate to) {
            first = Objects.requireNonNull(from, "from");
            last = Objects.requireNonNull(to, "to");
            return this;
        }

        /**
         * Makes the plan.
         *
         * @return the plan
         * @throws InvalidInputException if the parts contradict each other
         */
        public CardPlan build() {
            return new CardPlan(kind, times, frequency, leastDaysBetween, least, most, first, last);
        }
    }
}
