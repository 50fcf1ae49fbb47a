package io.nestcms.event;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/** Carries the logging context of the publisher to the listeners, and puts theirs back afterwards. */
final class ContextInterceptor implements EventInterceptor {
    @Override
    public Around published(Object event) {
        Map<String, String> published = MDC.getCopyOfContextMap();
        return (listener, next) -> {
            Map<String, String> before = MDC.getCopyOfContextMap();
            set(published);
            try {
                next.run();
            } finally {
                set(before);
            }
        };
    }

    private static void set(@Nullable Map<String, String> context) {
        if (context == null) {
            MDC.clear();
        } else {
            MDC.setContextMap(context);
        }
    }
}
