package io.nestcms.resilience;

import org.jspecify.annotations.Nullable;

/**
 * Tells what the end of a call says about the dependency. Written by who knows the calls: only they can say that an
 * answer is a decline (a success) or that an exception is a bug of their own.
 *
 * <p>Implementations are safe for use by many threads, do not block and do not throw.
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
     * Every answer is a success; exceptions are judged by their types, through their causes: no connection is
     * {@link FailureClass#CONNECT} and not sent, a timeout of any of the JDK's types is {@link FailureClass#TIMEOUT}, an interrupt or a
     * cancellation is ignored, and the rest is {@link FailureClass#OTHER}.
     *
     * @param <T> what the calls return
     * @return the shared classifier
     */
    @SuppressWarnings("unchecked") // it never looks at a result
    static <T extends @Nullable Object> Classifier<T> byException() {
        return (Classifier<T>) ExceptionClassifier.INSTANCE;
    }
}
