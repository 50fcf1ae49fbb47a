package io.nestcms.resilience;

import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedByInterruptException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Judges by the types of the exception and its causes; the outermost that is known decides. */
final class ExceptionClassifier implements Classifier<@Nullable Object> {
    static final ExceptionClassifier INSTANCE = new ExceptionClassifier();

    private static final Verdict NO_CONNECTION =
            Verdict.failure(FailureClass.CONNECT).notSent();

    /** A chain of causes may be a ring. */
    private static final int DEEPEST_CAUSE = 16;

    private ExceptionClassifier() {}

    @Override
    public Verdict ofResult(@Nullable Object result) {
        return Verdict.success();
    }

    @Override
    public Verdict ofException(Throwable failure) {
        Throwable cause = failure;
        for (int depth = 0; cause != null && depth < DEEPEST_CAUSE; depth++) {
            if (cause instanceof ConnectException
                    || cause instanceof NoRouteToHostException
                    || cause instanceof UnknownHostException) {
                return NO_CONNECTION;
            }
            // HttpConnectTimeoutException and HttpTimeoutException are told by name: java.net.http is not required
            if (cause.getClass().getName().equals("java.net.http.HttpConnectTimeoutException")) {
                return NO_CONNECTION;
            }
            if (cause instanceof SocketTimeoutException
                    || cause instanceof TimeoutException
                    || cause.getClass().getName().equals("java.net.http.HttpTimeoutException")) {
                return Verdict.failure(FailureClass.TIMEOUT);
            }
            if (cause instanceof InterruptedException
                    || cause instanceof ClosedByInterruptException
                    || cause instanceof CancellationException) {
                return Verdict.ignored();
            }
            if (cause instanceof InterruptedIOException) {
                return Verdict.failure(FailureClass.TIMEOUT);
            }
            cause = cause.getCause();
        }
        return Verdict.failure(FailureClass.OTHER);
    }
}
