package io.nestcms.notification;

import io.nestcms.failure.NestCmsException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A message that a channel did not take. The message of this exception names the channel and what it answered, never the
 * receiver or the text.
 *
 * @since 0.1
 */
public final class UndeliveredException extends NestCmsException {
    private static final long serialVersionUID = 1L;

    /** Whether the same message will never be taken. */
    private final boolean hopeless;

    /** When the channel may be asked again. */
    private final @Nullable Duration retryAfter;

    /** Whether our own rate turned it away, before anything was called. */
    private final boolean overRate;

    private UndeliveredException(
            String message,
            boolean hopeless,
            @Nullable Duration retryAfter,
            boolean overRate,
            @Nullable Throwable cause) {
        super(message, cause);
        this.hopeless = hopeless;
        this.retryAfter = retryAfter;
        this.overRate = overRate;
    }

    /**
     * The channel works and will not take this message: an unknown receiver, a wrong key.
     *
     * @param message what the channel answered, without receiver, text or secret
     * @return to be thrown
     */
    public static UndeliveredException refused(String message) {
        return new UndeliveredException(message, true, null, false, null);
    }

    /**
     * The channel did not work this time. The message may have arrived all the same.
     *
     * @param message what happened, without receiver, text or secret
     * @param retryAfter when the channel asked to be called again, or {@code null}
     * @param cause the failure behind it, or {@code null}
     * @return to be thrown
     */
    public static UndeliveredException failed(
            String message, @Nullable Duration retryAfter, @Nullable Throwable cause) {
        return new UndeliveredException(message, false, retryAfter, false, cause);
    }

    /** Our own rate turned it away: nothing was called, and soon it may be. */
    static UndeliveredException overRate(String message, Duration retryAfter) {
        return new UndeliveredException(message, false, retryAfter, true, null);
    }

    /**
     * What a channel of others threw, whatever it was. Its words may hold the receiver or the text, and logs print the words of causes: its
     * type and where it was thrown are kept, and nothing else.
     */
    static UndeliveredException by(String channel, Throwable thrown) {
        if (thrown instanceof UndeliveredException known) {
            return known;
        }
        NestCmsException where = new NestCmsException(thrown.getClass().getName());
        try {
            where.setStackTrace(thrown.getStackTrace());
        } catch (Throwable noTrace) {
            // the type has to do
            where.setStackTrace(new StackTraceElement[0]);
        }
        return failed(channel + " failed with " + thrown.getClass().getSimpleName(), null, where);
    }

    boolean isOverRate() {
        return overRate;
    }

    /**
     * Whether trying the same message again is no use.
     *
     * @return {@code true} when the channel refused the message itself
     */
    public boolean isHopeless() {
        return hopeless;
    }

    /**
     * When the channel may be asked again.
     *
     * @return empty when the channel did not say
     */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }
}
