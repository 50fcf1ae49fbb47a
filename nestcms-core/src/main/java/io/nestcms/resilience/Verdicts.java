package io.nestcms.resilience;

import org.jspecify.annotations.Nullable;

/** Asks the classifier of a call once about each end of a try, however many policies want to know. */
final class Verdicts<T extends @Nullable Object> implements Classifier<T> {
    private final Classifier<? super T> classifier;
    private volatile @Nullable Judged last;

    Verdicts(Classifier<? super T> classifier) {
        this.classifier = classifier;
    }

    private record Judged(@Nullable Object end, boolean failed, Verdict verdict) {}

    @Override
    public Verdict ofResult(T result) {
        Judged known = last;
        if (known != null && !known.failed && known.end == result) {
            return known.verdict;
        }
        Verdict verdict = Judge.ofResult(classifier, result);
        last = new Judged(result, false, verdict);
        return verdict;
    }

    @Override
    public Verdict ofException(Throwable failure) {
        if (failure instanceof NotCalledException) {
            return Verdict.ignored();
        }
        Judged known = last;
        if (known != null && known.failed && known.end == failure) {
            return known.verdict;
        }
        Verdict verdict = Judge.ofException(classifier, failure);
        last = new Judged(failure, true, verdict);
        return verdict;
    }
}
