package io.nestcms.paytabs;

import io.nestcms.failure.InvalidInputException;
import java.time.Duration;
import java.util.Objects;

/**
 * How long the parts of one call to PayTabs may take. PayTabs publishes no limits of its own.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @param connect for one connection, name look-up excluded; 5 s by default
 * @param write for one piece of the request to go out; 10 s by default
 * @param read for one piece of the reply to come in; 20 s by default
 * @param call for the whole call; 30 s by default
 * @since 0.1
 */
public record PayTabsTimeouts(Duration connect, Duration write, Duration read, Duration call) {
    private static final PayTabsTimeouts DEFAULTS = new PayTabsTimeouts(
            Duration.ofSeconds(5), Duration.ofSeconds(10), Duration.ofSeconds(20), Duration.ofSeconds(30));

    /**
     * Checks the four.
     *
     * @param connect for one connection
     * @param write for one piece of the request
     * @param read for one piece of the reply
     * @param call for the whole call
     * @throws InvalidInputException if one is below a millisecond or above ten minutes
     */
    public PayTabsTimeouts {
        check("connect", connect);
        check("write", write);
        check("read", read);
        check("call", call);
    }

    private static void check(String field, Duration value) {
        Objects.requireNonNull(value, field);
        if (value.toMillis() < 1 || value.compareTo(Duration.ofMinutes(10)) > 0) {
            throw new InvalidInputException(field, "is out of range", "1 millisecond to 10 minutes");
        }
    }

    /**
     * The four defaults.
     *
     * @return 5, 10, 20 and 30 seconds
     */
    public static PayTabsTimeouts defaults() {
        return DEFAULTS;
    }
}
