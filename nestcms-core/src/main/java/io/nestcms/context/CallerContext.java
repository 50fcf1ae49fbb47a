package io.nestcms.context;

import java.util.Objects;
import java.util.function.Consumer;

/**
 * Carries what a caller's thread knows (its logging context, its trace) to what is done on its behalf on another thread or
 * later: the listeners of an event, the further tries of a call.
 *
 * <p>Implementations are safe for use by many threads.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface CallerContext {
    /**
     * Takes the context of the present thread along. Called on the caller's thread, once for each event or call.
     *
     * @return runs a task at once under that context and puts the thread's own back afterwards, also when the task throws;
     *     may be used again and again, on any thread
     */
    Consumer<Runnable> capture();

    /**
     * The logging context: SLF4J's MDC, and with it a trace id that is kept there.
     *
     * @return the same each time it matters: it has no state
     */
    static CallerContext logging() {
        return LoggingContext::new;
    }

    /**
     * This context and another one inside it.
     *
     * @param inner the other
     * @return carries both
     */
    default CallerContext and(CallerContext inner) {
        Objects.requireNonNull(inner, "inner");
        return () -> {
            Consumer<Runnable> outerRuns = capture();
            Consumer<Runnable> innerRuns = inner.capture();
            return task -> outerRuns.accept(() -> innerRuns.accept(task));
        };
    }
}
