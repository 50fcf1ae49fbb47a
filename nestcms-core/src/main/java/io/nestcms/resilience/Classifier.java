package io.nestcms.resilience;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Tells what the end of a call says about the dependency. Written by who knows the calls: only they can say that an
 * answer is a decline (a success) or that an exception is a bug of their own.
 *
 * <p>Implementations are safe for use by many threads and do not block. They should not throw; what they throw all the same
 * costs nobody the answer or the exception of the call, which then counts for nothing.
 *
 * @param <T> what the calls return
 * @since 0.1
 */
public interface Classifier<T extends @Nullable Object> {
    /**
     * Judges an answer.
     *
     * @param result what the call returned, possibly {@code null} if the calls may
     * @return the verdict
     */
    Verdict ofResult(T result);

    /**
     * Judges an exception.
     *
     * @param failure what the call threw, or what the stage completed with
     * @return the verdict
     */
    Verdict ofException(Throwable failure);

    /**
     * Every answer is a success; exceptions are judged by their types, through their causes; the outermost that is known
     * decides.
     *
     * <ul>
     *   <li>No connection is {@link FailureClass#CONNECT} and not sent, unless a suppressed exception tells of a connection
     *       that stood.
     *   <li>A timeout of any type of the JDK, its HTTP client, JDBC, OkHttp or Failsafe is {@link FailureClass#TIMEOUT}.
     *   <li>An interrupt or a cancellation in any shape is ignored, and so is what a breaker, bulkhead or rate limit inside
     *       turned away, which was not sent.
     *   <li>Of JDBC, a lost connection is {@link FailureClass#CONNECT}, one that could not be made is not sent, a transient
     *       failure is {@link FailureClass#SERVER_ERROR}, and a "no" of a working database is a success.
     *   <li>The rest is {@link FailureClass#OTHER}.
     * </ul>
     *
     * @param <T> what the calls return
     * @return the shared classifier
     */
    @SuppressWarnings("unchecked") // it never looks at a result
    static <T extends @Nullable Object> Classifier<T> byException() {
        return (Classifier<T>) ExceptionClassifier.INSTANCE;
    }

    /**
     * Rules for answers and exceptions; what none of them knows is judged by {@link #byException()}.
     *
     * <pre>{@code
     * Classifier<Response> classifier = Classifier.<Response>builder()
     *         .failWhen(response -> response.code() >= 500, FailureClass.SERVER_ERROR)
     *         .notSent(response -> response.code() == 429, FailureClass.THROTTLED)
     *         .ignore(BadInputException.class)
     *         .build();
     * }</pre>
     *
     * @param <T> what the calls return
     * @return a new builder
     */
    static <T extends @Nullable Object> Builder<T> builder() {
        return new Builder<>();
    }

    /**
     * Makes a {@link Classifier} of rules. The first rule that fits decides; a rule for exceptions also looks at their
     * causes. Not safe for use by many threads.
     *
     * @param <T> what the calls return
     * @since 0.1
     */
    final class Builder<T extends @Nullable Object> {
        private final List<RuledClassifier.Rule<? super T>> answers = new ArrayList<>();
        private final List<RuledClassifier.Rule<? super Throwable>> failures = new ArrayList<>();

        private Builder() {}

        /**
         * Counts such answers as failures.
         *
         * @param answer which answers
         * @param failureClass how the dependency failed
         * @return this builder
         */
        public Builder<T> failWhen(Predicate<? super T> answer, FailureClass failureClass) {
            return answer(answer, Verdict.failure(Objects.requireNonNull(failureClass, "failureClass")));
        }

        /**
         * Counts such exceptions as failures of a class.
         *
         * @param exception which exceptions, subclasses included
         * @param failureClass how the dependency failed
         * @return this builder
         */
        public Builder<T> failWhen(Class<? extends Throwable> exception, FailureClass failureClass) {
            return failure(exception, Verdict.failure(Objects.requireNonNull(failureClass, "failureClass")));
        }

        /**
         * Does not count such exceptions, which say nothing about the dependency.
         *
         * @param exception which exceptions, subclasses included
         * @return this builder
         */
        public Builder<T> ignore(Class<? extends Throwable> exception) {
            return failure(exception, Verdict.ignored());
        }

        /**
         * Does not count such answers, which say nothing about the dependency.
         *
         * @param answer which answers
         * @return this builder
         */
        public Builder<T> ignore(Predicate<? super T> answer) {
            return answer(answer, Verdict.ignored());
        }

        /**
         * Counts such answers as failures of calls that provably did nothing, so that they may be made again.
         *
         * @param answer which answers
         * @param failureClass how the dependency failed
         * @return this builder
         */
        public Builder<T> notSent(Predicate<? super T> answer, FailureClass failureClass) {
            return answer(
                    answer,
                    Verdict.failure(Objects.requireNonNull(failureClass, "failureClass"))
                            .notSent());
        }

        /**
         * Counts such exceptions as failures of calls that provably did nothing, so that they may be made again.
         *
         * @param exception which exceptions, subclasses included
         * @param failureClass how the dependency failed
         * @return this builder
         */
        public Builder<T> notSent(Class<? extends Throwable> exception, FailureClass failureClass) {
            return failure(
                    exception,
                    Verdict.failure(Objects.requireNonNull(failureClass, "failureClass"))
                            .notSent());
        }

        private Builder<T> answer(Predicate<? super T> fits, Verdict verdict) {
            Objects.requireNonNull(fits, "answer");
            answers.add(new RuledClassifier.Rule<T>(fits::test, end -> verdict));
            return this;
        }

        private Builder<T> failure(Class<? extends Throwable> type, Verdict verdict) {
            Objects.requireNonNull(type, "exception");
            failures.add(new RuledClassifier.Rule<Throwable>(type::isInstance, end -> verdict));
            return this;
        }

        /**
         * The classifier.
         *
         * @return immutable and safe for use by many threads
         */
        public Classifier<T> build() {
            return new RuledClassifier<>(answers, failures);
        }
    }
}
