package io.nestcms.mongo;

import java.time.Instant;

/**
 * Instants as MongoDB keeps them: nanoseconds since 1970 in 64 bits. BSON dates end at the millisecond; a record must come
 * back equal to what was written, and a comparison in a query must agree with one in Java.
 */
final class Times {
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private Times() {}

    static long nanos(Instant instant) {
        try {
            return Math.addExact(
                    Math.multiplyExact(instant.getEpochSecond(), NANOS_PER_SECOND), (long) instant.getNano());
        } catch (ArithmeticException outOfRange) {
            throw new NestMongoException("a time before 1678 or after 2261 cannot be stored", outOfRange);
        }
    }

    static Instant instant(long nanos) {
        return Instant.ofEpochSecond(Math.floorDiv(nanos, NANOS_PER_SECOND), Math.floorMod(nanos, NANOS_PER_SECOND));
    }
}
