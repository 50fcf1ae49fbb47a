package io.nestcms.resilience;

import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Rules in the order in which they were given; what none of them knows is judged by its type. */
final class RuledClassifier<T extends @Nullable Object> implements Classifier<T> {
    private final List<Rule<? super T>> answers;
    private final List<Rule<? super Throwable>> failures;

    RuledClassifier(List<Rule<? super T>> answers, List<Rule<? super Throwable>> failures) {
        this.answers = List.copyOf(answers);
        this.failures = List.copyOf(failures);
    }

    /** What is said of what fits. */
    record Rule<E extends @Nullable Object>(Predicate<E> fits, Function<E, Verdict> verdict) {}

    @Override
    public Verdict ofResult(T result) {
        for (Rule<? super T> rule : answers) {
            if (rule.fits().test(result)) {
                return judged(rule, result);
            }
        }
        return Verdict.success();
    }

    private static <E extends @Nullable Object> Verdict judged(Rule<E> rule, E end) {
        return rule.verdict().apply(end);
    }

    /** The exception itself before its causes, and for each of them the rules in their order. */
    @Override
    public Verdict ofException(Throwable failure) {
        Throwable cause = failure;
        for (int depth = 0; cause != null && depth < Interrupts.DEEPEST_CAUSE; depth++) {
            for (Rule<? super Throwable> rule : failures) {
                if (rule.fits().test(cause)) {
                    return judged(rule, cause);
                }
            }
            cause = cause.getCause();
        }
        return ExceptionClassifier.INSTANCE.ofException(failure);
    }
}
