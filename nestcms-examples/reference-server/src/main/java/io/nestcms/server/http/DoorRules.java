package io.nestcms.server.http;

import io.nestcms.failure.InvalidInputException;
import io.nestcms.webhook.IpAllowList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Who may ask, from where, and how often.
 *
 * @param allowed addresses and ranges, IPv4 and IPv6, that requests are taken from; empty for all. What the gateway sends, payers
 *     who come back, and health checks are taken from everywhere
 * @param denied those that nothing is taken from, whatever is allowed
 * @param origins sites whose scripts may read answers, as {@code https://shop.example.com}; {@code *} is none
 * @param perAddress how many requests a minute an address may make, up to 1,000,000; 0 for any number
 * @param perUser how many a user may make, the same way
 */
public record DoorRules(List<String> allowed, List<String> denied, Set<String> origins, int perAddress, int perUser) {
    private static final int MOST = 1_000_000;
    private static final Pattern ORIGIN = Pattern.compile("https?://(?:[a-z0-9.-]+|\\[[0-9a-f:]+])(?::[0-9]{1,5})?");

    /**
     * Checks and copies them.
     *
     * @throws InvalidInputException if one has another form, named as the setting that it comes from
     */
    public DoorRules {
        allowed = ranges("ALLOWED_SOURCES", allowed);
        denied = ranges("DENIED_SOURCES", denied);
        for (String origin : origins) {
            if (!ORIGIN.matcher(origin).matches()) {
                throw new InvalidInputException(
                        "CORS_ORIGINS",
                        "has something else than origins",
                        "scheme, host in small letters and port where it is not the usual one, without a path:"
                                + " https://shop.example.com");
            }
        }
        origins = Set.copyOf(origins);
        check("RATE_LIMIT_ADDRESS", perAddress);
        check("RATE_LIMIT_USER", perUser);
    }

    /** Everybody from everywhere, and no scripts of other sites. */
    public static DoorRules open() {
        return new DoorRules(List.of(), List.of(), Set.of(), 0, 0);
    }

    private static List<String> ranges(String name, List<String> given) {
        try {
            if (!given.isEmpty()) {
                // for its complaint alone; the door reads it again
                Objects.requireNonNull(IpAllowList.of(given));
            }
            return List.copyOf(given);
        } catch (IllegalArgumentException other) {
            throw new InvalidInputException(
                    name, "has something else than addresses", "for example 10.1.2.3,10.1.0.0/16,2001:db8::/32");
        }
    }

    private static void check(String name, int requests) {
        if (requests < 0 || requests > MOST) {
            throw new InvalidInputException(name, "is " + requests, "0 for any number, to " + MOST + " a minute");
        }
    }
}
