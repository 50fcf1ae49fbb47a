package io.nestcms.paytabs;

import java.time.Duration;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How a call to PayTabs ended. {@link Rejected}, {@link Misconfigured} and {@link NotSent} say that nothing was done; {@link
 * NotSent} may be sent again as it is, {@link Misconfigured} once the setting is right; {@link Indeterminate} must be asked about and
 * never sent again. Five cases and not four, because a wrong key says nothing about a payment and must not be mistaken for a refusal
 * of it.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @param <T> what an accepted call gives
 * @since 0.1
 */
public sealed interface PayTabsOutcome<T> {
    /**
     * PayTabs understood and answered. A declined payment is accepted too: the decline is the answer.
     *
     * @param <T> what an accepted call gives
     * @param value the answer
     */
    record Accepted<T>(T value) implements PayTabsOutcome<T> {
        /**
         * Checks that the answer is there.
         *
         * @param value the answer
         */
        public Accepted {
            Objects.requireNonNull(value, "value");
        }
    }

    /**
     * PayTabs understood and refused this request, and nothing was done.
     *
     * @param <T> what an accepted call would have given
     * @param error why
     */
    record Rejected<T>(PayTabsError error) implements PayTabsOutcome<T> {
        /**
         * Checks that the reason is there.
         *
         * @param error why
         */
        public Rejected {
            Objects.requireNonNull(error, "error");
        }
    }

    /**
     * Our own settings are wrong, and nothing was done. Says nothing about the payment: the same call may be sent again once the
     * setting is right.
     *
     * @param <T> what an accepted call would have given
     * @param setting which setting
     * @param error what PayTabs said
     */
    record Misconfigured<T>(Setting setting, PayTabsError error) implements PayTabsOutcome<T> {
        /**
         * Checks that both are there.
         *
         * @param setting which setting
         * @param error what PayTabs said
         */
        public Misconfigured {
            Objects.requireNonNull(setting, "setting");
            Objects.requireNonNull(error, "error");
        }

        /** Which setting is wrong. */
        public enum Setting {
            /** Key, profile number, region, or a live profile that is not activated: concerns every call of the profile. */
            PROFILE,
            /** The currency is not enabled for the profile: concerns calls in that currency only. */
            CURRENCY
        }
    }

    /**
     * Provably nothing was done: the call never left, or PayTabs turned it away unread. May be sent again.
     *
     * @param <T> what an accepted call would have given
     * @param cause why it was not sent
     * @param retryAfter how long to wait before the next try, or {@code null} when there is no hint
     */
    record NotSent<T>(Cause cause, @Nullable Duration retryAfter) implements PayTabsOutcome<T> {
        /**
         * Checks that the cause is there.
         *
         * @param cause why it was not sent
         * @param retryAfter how long to wait, or {@code null}
         */
        public NotSent {
            Objects.requireNonNull(cause, "cause");
        }

        /** Why a call was not sent. */
        public enum Cause {
            /** The circuit breaker is open. */
            CIRCUIT_OPEN,
            /** The connection was refused or could not be made, by name, route or TLS. */
            NO_CONNECTION,
            /** Too many calls: turned away by our own limit or, unread, by PayTabs. */
            THROTTLED,
            /** The time for the whole call ran out, or it was given up, before it could leave. */
            OUT_OF_TIME
        }
    }

    /**
     * The call may have arrived and may have been acted on. Ask PayTabs; never send it again.
     *
     * @param <T> what an accepted call would have given
     * @param detail what is known of the failure, in a few words, without a body or a secret
     */
    record Indeterminate<T>(String detail) implements PayTabsOutcome<T> {
        /**
         * Checks that the detail is there.
         *
         * @param detail what is known
         */
        public Indeterminate {
            Objects.requireNonNull(detail, "detail");
        }
    }

    /**
     * Handles all outcomes; the compiler sees to it that none is forgotten.
     *
     * @param <R> what the handlers give
     * @param accepted PayTabs answered
     * @param rejected PayTabs refused
     * @param misconfigured our own settings are wrong
     * @param notSent nothing was done
     * @param indeterminate nobody knows
     * @return what the one called handler gave
     */
    default <R> R fold(
            Function<? super Accepted<T>, ? extends R> accepted,
            Function<? super Rejected<T>, ? extends R> rejected,
            Function<? super Misconfigured<T>, ? extends R> misconfigured,
            Function<? super NotSent<T>, ? extends R> notSent,
            Function<? super Indeterminate<T>, ? extends R> indeterminate) {
        if (this instanceof Accepted<T> it) {
            return accepted.apply(it);
        }
        if (this instanceof Rejected<T> it) {
            return rejected.apply(it);
        }
        if (this instanceof Misconfigured<T> it) {
            return misconfigured.apply(it);
        }
        if (this instanceof NotSent<T> it) {
            return notSent.apply(it);
        }
        return indeterminate.apply((Indeterminate<T>) this);
    }
}
