package io.nestcms.resilience;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileLockInterruptionException;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/** The shapes in which code says that it was interrupted or cancelled. */
final class Interrupts {
    /** A chain of causes may be a ring. */
    static final int DEEPEST_CAUSE = 16;

    /** What OkHttp and Okio say in an {@link InterruptedIOException} that is a time-out. */
    private static final Set<String> TIME_OUTS = Set.of("timeout", "deadline reached", "timed out");

    private static final Set<String> CANCELLATIONS = Set.of("canceled", "cancelled", "stream was reset: cancel");

    private Interrupts() {}

    /** Whether an exception, or one that caused it, is an interrupt or a cancellation. */
    static boolean isOne(Throwable failure) {
        Throwable cause = failure;
        for (int depth = 0; cause != null && depth < DEEPEST_CAUSE; depth++) {
            if (isOneItself(cause)) {
                return true;
            }
            cause = cause.getCause();
        }
        return false;
    }

    static boolean isOneItself(Throwable failure) {
        if (failure instanceof InterruptedIOException) {
            return !isTimeout(failure);
        }
        return failure instanceof InterruptedException
                || failure instanceof ClosedByInterruptException
                || failure instanceof FileLockInterruptionException
                || failure instanceof CancellationException
                || (failure instanceof IOException && CANCELLATIONS.contains(message(failure)));
    }

    /** Whether an interrupted input or output is a time-out, and no interrupt. */
    static boolean isTimeout(Throwable failure) {
        return failure instanceof SocketTimeoutException
                || (failure instanceof InterruptedIOException && TIME_OUTS.contains(message(failure)));
    }

    private static String message(Throwable failure) {
        @Nullable String message = failure.getMessage();
        return message == null ? "" : message.toLowerCase(Locale.ROOT);
    }
}
