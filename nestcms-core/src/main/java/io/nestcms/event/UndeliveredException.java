package io.nestcms.event;

import io.nestcms.failure.NestCmsException;
import org.jspecify.annotations.Nullable;

/**
 * The cause of a failure in a {@link Delivery} that is none of the listener's: its mailbox was full, there was no thread for
 * it, or the bus was closed.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @since 0.1
 */
public final class UndeliveredException extends NestCmsException {
    private static final long serialVersionUID = 1L;

    /** Why the event did not get to its listener, or not often enough. */
    private final DeadLetter.Reason reason;

    UndeliveredException(String listener, DeadLetter.Reason reason, @Nullable Throwable cause) {
        super("listener " + listener + " did not handle the event: " + reason, cause);
        this.reason = reason;
    }

    /**
     * Why the event did not get to its listener, or not often enough.
     *
     * @return the reason
     */
    public DeadLetter.Reason reason() {
        return reason;
    }
}
