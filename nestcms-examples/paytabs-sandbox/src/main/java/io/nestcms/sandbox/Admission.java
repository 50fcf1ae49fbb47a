package io.nestcms.sandbox;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/** Lets a request in, or refuses it as a duplicate (code 4) or as one too many (code 5). */
final class Admission {
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final Settings settings;
    private final Map<Key, Instant> recent = new HashMap<>();
    private final Deque<Instant> lastMinute = new ArrayDeque<>();

    Admission(Settings settings) {
        this.settings = settings;
    }

    private record Key(String type, String cartId, String currency, BigDecimal amount) {}

    synchronized void checkRate() {
        if (settings.requestsPerMinute() == 0) {
            return;
        }
        Instant now = settings.clock().instant();
        while (!lastMinute.isEmpty() && !lastMinute.peekFirst().isAfter(now.minus(MINUTE))) {
            lastMinute.removeFirst();
        }
        if (lastMinute.size() >= settings.requestsPerMinute()) {
            throw new RefusedException(429, 5, "Too many requests");
        }
        lastMinute.addLast(now);
    }

    /** Remembers the order, or refuses it when the same one came less than a window ago. */
    synchronized void checkDuplicate(Order order) {
        DuplicateRule rule = settings.duplicateRule();
        if (rule == DuplicateRule.OFF
                || (rule == DuplicateRule.NEW_PAYMENTS && order.type().isFollowUp())) {
            return;
        }
        Instant now = settings.clock().instant();
        recent.values().removeIf(at -> !at.plus(settings.duplicateWindow()).isAfter(now));
        String type = rule == DuplicateRule.ANY_TYPE ? "" : order.type().name();
        if (recent.putIfAbsent(new Key(type, order.cartId(), order.currency(), order.amount()), now) != null) {
            throw new RefusedException(409, 4, "Duplicate Request");
        }
    }
}
