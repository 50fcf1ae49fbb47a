package io.nestcms.resilience;

import dev.failsafe.BulkheadFullException;
import dev.failsafe.CircuitBreakerOpenException;
import dev.failsafe.RateLimitExceededException;
import dev.failsafe.TimeoutExceededException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Judges by the types of the exception and its causes; the outermost that is known decides. Types of modules that need not be
 * there are known by name.
 */
final class ExceptionClassifier implements Classifier<@Nullable Object> {
    static final ExceptionClassifier INSTANCE = new ExceptionClassifier();

    private static final Verdict NO_CONNECTION =
            Verdict.failure(FailureClass.CONNECT).notSent();
    private static final Verdict TURNED_AWAY = Verdict.ignored().notSent();

    private ExceptionClassifier() {}

    @Override
    public Verdict ofResult(@Nullable Object result) {
        return Verdict.success();
    }

    @Override
    public Verdict ofException(Throwable failure) {
        Throwable cause = failure;
        for (int depth = 0; cause != null && depth < Interrupts.DEEPEST_CAUSE; depth++) {
            Verdict verdict = ofType(cause);
            if (verdict != null) {
                return verdict.isNotSent() && !isAllNotSent(failure, Interrupts.DEEPEST_CAUSE)
                        ? withoutProof(verdict)
                        : verdict;
            }
            cause = cause.getCause();
        }
        return Verdict.failure(FailureClass.OTHER);
    }

    /**
     * A client that tries several addresses or connections throws what one of them met and suppresses the rest: it was not
     * sent only if that is true of each.
     */
    private static boolean isAllNotSent(Throwable failure, int depth) {
        Throwable cause = failure;
        for (int left = depth; cause != null && left > 0; left--) {
            for (Throwable other : cause.getSuppressed()) {
                Verdict verdict = left == 1 ? null : knownVerdict(other, left - 1);
                if (verdict == null || !verdict.isNotSent() || !isAllNotSent(other, left - 1)) {
                    return false;
                }
            }
            cause = cause.getCause();
        }
        return true;
    }

    private static @Nullable Verdict knownVerdict(Throwable failure, int depth) {
        Throwable cause = failure;
        for (int left = depth; cause != null && left > 0; left--) {
            Verdict verdict = ofType(cause);
            if (verdict != null) {
                return verdict;
            }
            cause = cause.getCause();
        }
        return null;
    }

    private static Verdict withoutProof(Verdict verdict) {
        return verdict.failureClass().map(Verdict::failure).orElseGet(Verdict::ignored);
    }

    private static @Nullable Verdict ofType(Throwable failure) {
        if (failure instanceof ConnectException
                || failure instanceof NoRouteToHostException
                || failure instanceof UnknownHostException
                || failure instanceof UnresolvedAddressException
                || isA(failure, "java.net.http.HttpConnectTimeoutException")) {
            return NO_CONNECTION;
        }
        if (failure instanceof CircuitOpenException
                || failure instanceof CircuitBreakerOpenException
                || failure instanceof BulkheadFullException
                || failure instanceof RateLimitExceededException) {
            return TURNED_AWAY;
        }
        if (failure instanceof TimeoutException
                || failure instanceof TimeoutExceededException
                || failure instanceof CallTimeoutException
                || Interrupts.isTimeout(failure)
                || isA(failure, "java.net.http.HttpTimeoutException")) {
            return Verdict.failure(FailureClass.TIMEOUT);
        }
        if (Interrupts.isOneItself(failure)) {
            return Verdict.ignored();
        }
        return isA(failure, "java.sql.SQLException") ? SqlExceptions.judge(failure) : null;
    }

    /** Whether an exception is of a type that need not be there. */
    private static boolean isA(Throwable failure, String type) {
        for (Class<?> each = failure.getClass(); each != null; each = each.getSuperclass()) {
            if (each.getName().equals(type)) {
                return true;
            }
        }
        return false;
    }
}
