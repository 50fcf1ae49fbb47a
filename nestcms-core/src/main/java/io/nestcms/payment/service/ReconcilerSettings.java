package io.nestcms.payment.service;

import io.nestcms.failure.InvalidInputException;
import java.util.Objects;
import java.util.concurrent.Executor;

/**
 * How a {@link Reconciler} works through what is due.
 *
 * @param perSecond how many questions it asks the gateway in a second on average, at most ten seconds' worth at once; 0.01 to
 *     10,000. Default 10. Payments in the slow lane have a tenth of it to themselves
 * @param concurrency how many payments it looks at at the same time; 1 to 256. Default 1
 * @param executor what runs the others when it is more than one; the caller's to close. Default: the calling thread
 * @since 0.1
 */
public record ReconcilerSettings(double perSecond, int concurrency, Executor executor) {
    /**
     * Checks the numbers.
     *
     * @param perSecond questions in a second
     * @param concurrency payments at the same time
     * @param executor what runs the others
     * @throws InvalidInputException if a number is out of range
     */
    public ReconcilerSettings {
        Objects.requireNonNull(executor, "executor");
        if (!(perSecond >= 0.01 && perSecond <= 10_000)) {
            throw new InvalidInputException("perSecond", "is " + perSecond, "0.01 to 10000");
        }
        if (concurrency < 1 || concurrency > 256) {
            throw new InvalidInputException("concurrency", "is " + concurrency, "1 to 256");
        }
    }

    /**
     * Ten questions a second, one at a time.
     *
     * @return the defaults
     */
    public static ReconcilerSettings defaults() {
        return new ReconcilerSettings(10, 1, Runnable::run);
    }
}
