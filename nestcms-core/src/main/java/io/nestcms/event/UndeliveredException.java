package io.nestcms.event;

import io.nestcms.failure.NestCmsException;

/**
 * The cause of a failure in a {@link Delivery} when the listener was not tried: its mailbox was full or the bus was
 * closed.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @since 0.1
 */
public final class UndeliveredException extends NestCmsException {
    private static final long serialVersionUID = 1L;

    /** Why the listener was not tried. */
    private final DeadLetter.Reason reason;

    UndeliveredException(String listener, DeadLetter.Reason reason) {
        super("listener " + listener + " was not tried: " + reason);
        this.reason = reason;
    }

    /**
     * Why the listener was not tried.
     *
     * @return the reason
     */
    public DeadLetter.Reason reason() {
        return reason;
    }
}
