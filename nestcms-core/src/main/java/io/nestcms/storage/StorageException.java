package io.nestcms.storage;

import io.nestcms.failure.NestCmsException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The storage does not work: it cannot be reached, or refuses what it should take.
 *
 * @since 0.1
 */
public final class StorageException extends NestCmsException {
    private static final long serialVersionUID = 1L;

    /** When it makes sense to ask again, where that is known. */
    private final @Nullable Duration retryAfter;

    /**
     * An exception with its cause.
     *
     * @param message what went wrong; holds no secret
     * @param cause the failure behind it, or {@code null} when there is none
     */
    public StorageException(String message, @Nullable Throwable cause) {
        super(message, cause);
        this.retryAfter = null;
    }

    StorageException(String message, Duration retryAfter) {
        super(message);
        this.retryAfter = retryAfter;
    }

    /**
     * When it makes sense to ask again.
     *
     * @return empty when that is not known
     */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }
}
