package io.nestcms.event;

import io.nestcms.context.CallerContext;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * Looks at every event on its way: once on the publisher's thread, and around each listener on the thread that the
 * listener runs on. Carries context over the thread hop, measures, logs.
 *
 * <p>Implementations are safe for use by many threads.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface EventInterceptor {
    /**
     * Called on the publisher's thread, once for each publishing of an event.
     *
     * @param event the event
     * @return what is to happen around each of its listeners
     */
    Around published(Object event);

    /**
     * Carries a context from the publisher to every listener, over the thread hop and over further tries.
     *
     * @param context the context, for example {@link CallerContext#logging()}
     * @return a new interceptor
     */
    static EventInterceptor carrying(CallerContext context) {
        Objects.requireNonNull(context, "context");
        return event -> {
            Consumer<Runnable> published = context.capture();
            return (listener, next) -> published.accept(next);
        };
    }

    /** What happens around a listener. */
    @FunctionalInterface
    interface Around {
        /**
         * Called on the listener's thread, for each try. Runs the listener by {@code next.run()}, once, and lets through
         * what it throws.
         *
         * @param listener the listener's name
         * @param next the listener, or the next interceptor
         */
        void handle(String listener, Runnable next);
    }
}
