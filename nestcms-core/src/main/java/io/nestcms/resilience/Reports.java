package io.nestcms.resilience;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/** Tells of what other people's code did, whatever it throws: an exception whose own message throws cannot be logged. */
final class Reports {
    private Reports() {}

    /** Logs that something failed; what the logging itself throws ends here. */
    static void failed(Logger log, String what, @Nullable Object which, Throwable failure) {
        try {
            log.error("{}: {}", what, which, failure);
        } catch (Throwable unprintable) {
            nameOnly(log, what, failure);
        }
    }

    private static void nameOnly(Logger log, String what, Throwable failure) {
        try {
            log.error(
                    "{}: {}, which cannot be printed", what, failure.getClass().getName());
        } catch (Throwable ignored) {
            // nothing is left to tell it to, and whoever called us must not suffer for it
        }
    }
}
