package io.nestcms.resilience;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/** The logging context of a caller, for what is done on its behalf on another thread. */
final class LoggingContext {
    private final @Nullable Map<String, String> captured = MDC.getCopyOfContextMap();

    /** Runs under the captured context and puts the thread's own back. */
    void run(Runnable task) {
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
