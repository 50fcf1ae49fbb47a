package io.nestcms.resilience;

import io.nestcms.report.Reports;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks a classifier, which is other people's code: whatever it throws, the end of the call stays what it was and is
 * ignored by the breaker.
 */
final class Judge {
    private static final Logger LOG = LoggerFactory.getLogger(Classifier.class);

    private Judge() {}

    static <T extends @Nullable Object> Verdict ofResult(Classifier<? super T> classifier, T result) {
        try {
            return orIgnored(classifier.ofResult(result));
        } catch (Throwable broken) {
            Reports.failed(
                    LOG, "A classifier failed on an answer, which counts for nothing", classifier.getClass(), broken);
            return Verdict.ignored();
        }
    }

    static Verdict ofException(Classifier<?> classifier, Throwable failure) {
        if (failure instanceof CallTimeoutException) {
            return Verdict.failure(FailureClass.TIMEOUT);
        }
        try {
            return orIgnored(classifier.ofException(failure));
        } catch (Throwable broken) {
            if (broken != failure) {
                failure.addSuppressed(broken);
            }
            return Verdict.ignored();
        }
    }

    @SuppressWarnings("ConstantValue") // a classifier may be written where nobody checks for null
    private static Verdict orIgnored(@Nullable Verdict verdict) {
        return verdict == null ? Verdict.ignored() : verdict;
    }

    /** What a stage failed with, without the wrapping that stages add. */
    static Throwable unwrapped(Throwable failure) {
        Throwable cause = failure.getCause();
        boolean wrapped = failure instanceof CompletionException || failure instanceof ExecutionException;
        return wrapped && cause != null ? cause : failure;
    }
}
