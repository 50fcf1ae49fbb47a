package io.nestcms.cms.record;

import java.util.Objects;
import java.util.function.Function;

/**
 * How the change of a record ended.
 *
 * <p>All are immutable and safe for use by many threads, as far as the record is.
 *
 * @param <T> the kind of record
 * @since 0.1
 */
public sealed interface Edit<T> {
    /**
     * It is done.
     *
     * @param <T> the kind of record
     * @param record the record as it is now
     */
    record Done<T>(T record) implements Edit<T> {
        /**
         * Checks that the record is there.
         *
         * @param record the record as it is now
         */
        public Done {
            Objects.requireNonNull(record, "record");
        }
    }

    /**
     * There is no such record.
     *
     * @param <T> the kind of record
     */
    record NotFound<T>() implements Edit<T> {}

    /**
     * Somebody has changed it since it was looked at; nothing was changed.
     *
     * @param <T> the kind of record
     * @param record the record as it is now
     */
    record Changed<T>(T record) implements Edit<T> {
        /**
         * Checks that the record is there.
         *
         * @param record the record as it is now
         */
        public Changed {
            Objects.requireNonNull(record, "record");
        }
    }

    /**
     * The rules do not allow it; nothing was changed.
     *
     * @param <T> the kind of record
     * @param code which rule, for programs: lower case words with hyphens
     * @param rule what is not met, for people
     */
    record Refused<T>(String code, String rule) implements Edit<T> {
        /**
         * Checks that both are there.
         *
         * @param code which rule
         * @param rule what is not met
         */
        public Refused {
            Objects.requireNonNull(code, "code");
            Objects.requireNonNull(rule, "rule");
        }
    }

    /**
     * The answer for each way in which it may have ended.
     *
     * @param <R> the kind of answer
     * @param done it is done
     * @param notFound there is none
     * @param changed somebody was faster
     * @param refused the rules do not allow it
     * @return what the function of the case gives
     */
    default <R> R fold(
            Function<? super Done<T>, ? extends R> done,
            Function<? super NotFound<T>, ? extends R> notFound,
            Function<? super Changed<T>, ? extends R> changed,
            Function<? super Refused<T>, ? extends R> refused) {
        if (this instanceof Done<T> it) {
            return done.apply(it);
        }
        if (this instanceof NotFound<T> it) {
            return notFound.apply(it);
        }
        if (this instanceof Changed<T> it) {
            return changed.apply(it);
        }
        return refused.apply((Refused<T>) this);
    }
}
