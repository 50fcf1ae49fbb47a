package io.nestcms.resilience;

import io.nestcms.failure.NestCmsException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A call did not end in its time. It may have arrived and may yet be carried out: ask, do not send it again.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @since 0.1
 */
public final class CallTimeoutException extends NestCmsException {
    private static final long serialVersionUID = 1L;

    /** How long the call was allowed to take. */
    private final Duration limit;

    CallTimeoutException(Duration limit, @Nullable Throwable cause) {
        super("the call did not end within " + limit, cause);
        this.limit = limit;
    }

    /**
     * How long the call was allowed to take.
     *
     * @return the limit that was passed
     */
    public Duration limit() {
        return limit;
    }
}
