package io.nestcms.report;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.event.Level;

/**
 * Tells of what other people's code did, whatever it throws: an exception whose own message throws, or that has a new cause behind
 * every cause, cannot be logged. Where such code is called, {@code Throwable} is caught, since checked exceptions come from other
 * languages unannounced, and it ends here.
 */
public final class Reports {
    /** Longer chains of causes are no accident; logging one that never ends takes minutes and all the memory. */
    private static final int MOST_CAUSES = 50;

    private Reports() {}

    /**
     * Logs that something failed. What the logging itself throws ends here.
     *
     * @param log where to
     * @param what what failed; no pattern
     * @param which of several, or {@code null}
     * @param failure what was thrown
     */
    public static void failed(Logger log, String what, @Nullable Object which, Throwable failure) {
        log(log, Level.ERROR, what, which, failure);
    }

    /**
     * Logs that something failed which will be tried again or is on record elsewhere. What the logging itself throws ends here.
     *
     * @param log where to
     * @param what what failed; no pattern
     * @param failure what was thrown, if anything
     */
    public static void warned(Logger log, String what, @Nullable Throwable failure) {
        log(log, Level.WARN, what, null, failure);
    }

    private static void log(Logger log, Level level, String what, @Nullable Object which, @Nullable Throwable failure) {
        try {
            if (failure == null || ends(failure)) {
                log.atLevel(level).setCause(failure).log(which == null ? "{}" : "{}: {}", what, which);
                return;
            }
        } catch (Throwable unprintable) {
            // it is named below
        }
        try {
            log.atLevel(level)
                    .log(
                            "{}: {}, which cannot be printed",
                            what,
                            failure == null ? which : failure.getClass().getName());
        } catch (Throwable ignored) {
            // nothing is left to tell it to, and whoever called us must not suffer for it
            return;
        }
    }

    private static boolean ends(Throwable failure) {
        Throwable cause = failure.getCause();
        for (int n = 0; cause != null && n < MOST_CAUSES; n++) {
            cause = cause.getCause();
        }
        return cause == null;
    }
}
