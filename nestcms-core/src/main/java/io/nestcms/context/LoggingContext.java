package io.nestcms.context;

import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/** The logging context of the thread that made this. */
final class LoggingContext implements Consumer<Runnable> {
    private final @Nullable Map<String, String> captured = MDC.getCopyOfContextMap();

    @Override
    public void accept(Runnable task) {
        Map<String, String> before = MDC.getCopyOfContextMap();
        set(captured);
        try {
            task.run();
        } finally {
            set(before);
        }
    }

    private static void set(@Nullable Map<String, String> context) {
        if (context == null) {
            MDC.clear();
        } else {
            MDC.setContextMap(context);
        }
    }
}
