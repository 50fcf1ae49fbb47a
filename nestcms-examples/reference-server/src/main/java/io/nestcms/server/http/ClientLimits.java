package io.nestcms.server.http;

import io.nestcms.failure.InvalidInputException;
import java.time.Duration;
import java.util.Objects;

/**
 * How much of the server clients may keep for themselves. At a limit of connections the one that has waited longest without being
 * worked on makes room, so that those who keep many open lose their own and newcomers get in.
 *
 * @param connections how many may be open in all; at least 1
 * @param perAddress how many of one address, or of one IPv6 network of 64 bits; proxies that are trusted are not counted; at least 1
 * @param grace how long a request may be on its way to us, and an answer to its reader, whatever their size; above zero
 * @param bytesPerSecond what must come or be taken each second beyond that; at least 1
 */
public record ClientLimits(int connections, int perAddress, Duration grace, int bytesPerSecond) {
    /**
     * Checks the numbers.
     *
     * @throws InvalidInputException if one is out of range
     */
    public ClientLimits {
        Objects.requireNonNull(grace, "grace");
        atLeastOne("connections", connections);
        atLeastOne("perAddress", perAddress);
        atLeastOne("bytesPerSecond", bytesPerSecond);
        if (grace.isNegative() || grace.isZero()) {
            throw new InvalidInputException("grace", "is " + grace, "above zero");
        }
    }

    private static void atLeastOne(String field, int value) {
        if (value < 1) {
            throw new InvalidInputException(field, "is " + value, "at least 1");
        }
    }

    /** 4,096 connections, 512 of one address, ten seconds, 1,024 bytes a second. */
    public static ClientLimits standard() {
        return new ClientLimits(4_096, 512, Duration.ofSeconds(10), 1_024);
    }
}
