package io.nestcms.sandbox;

import java.time.Clock;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.Locale;
import java.util.random.RandomGenerator;

/** Makes the names that the gateway gives: transaction references, traces, page names, issuer's references. */
final class References {
    private final Clock clock;
    private final RandomGenerator random;
    private long sequence;
    private long traces;

    References(Clock clock, RandomGenerator random) {
        this.clock = clock;
        this.random = random;
        // a random start, so that a fresh sandbox does not repeat references that a merchant already stores
        this.sequence = random.nextInt(10_000_000) * 5L;
        this.traces = random.nextInt(1 << 20);
    }

    /** TST, two-digit year, day of the year, then digits. */
    synchronized String transaction() {
        LocalDate today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
        sequence = (sequence + 1) % 100_000_000;
        return String.format(Locale.ROOT, "TST%02d%03d%08d", today.getYear() % 100, today.getDayOfYear(), sequence);
    }

    synchronized String trace(String kind) {
        traces++;
        return String.format(Locale.ROOT, "%s.%08X.%08X", kind, clock.instant().getEpochSecond(), traces);
    }

    /** 32 capital hex digits, not to be guessed when the random source is not seeded. */
    synchronized String secretName() {
        byte[] bytes = new byte[16];
        random.nextBytes(bytes);
        return HexFormat.of().withUpperCase().formatHex(bytes);
    }

    synchronized String approval() {
        return String.format(Locale.ROOT, "G%05d", random.nextInt(100_000));
    }

    synchronized String digits(int count) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < count; i++) {
            out.append(random.nextInt(10));
        }
        return out.toString();
    }

    synchronized double chance() {
        return random.nextDouble();
    }
}
