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

    /** A sandbox that was restarted still knows the requests of the last two minutes. */
    Admission(Settings settings, Ledger ledger) {
        this.settings = settings;
        ledger.all().forEach(t -> recent.put(key(t.order()), t.createdAt()));
    }

    private record Key(String type, String cartId, String currency, BigDecimal amount) {}

    private Key key(Order order) {
        // a payer's choice to pay later changes the type of what was asked for as a sale
        TranType asked = order.type() == TranType.PAYMENT_REQUEST ? TranType.SALE : order.type();
        String type = settings.duplicateRule() == DuplicateRule.ANY_TYPE ? "" : asked.name();
        return new Key(type, order.cartId(), order.currency(), order.amount());
    }

    synchronized void checkRate() {
        int most = settings.switches().mostPerMinute();
        if (most == 0) {
            return;
        }
        Instant now = settings.clock().instant();
        while (!lastMinute.isEmpty() && !lastMinute.peekFirst().isAfter(now.minus(MINUTE))) {
            lastMinute.removeFirst();
        }
        if (lastMinute.size() >= most) {
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
        if (recent.putIfAbsent(key(order), now) != null) {
            throw new RefusedException(409, 4, "Duplicate Request");
        }
    }
}
