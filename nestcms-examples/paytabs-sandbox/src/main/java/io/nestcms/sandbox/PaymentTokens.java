package io.nestcms.sandbox;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/** Cards of managed forms: the browser hands the card to the gateway and gives the merchant a token, good once and not for long. */
final class PaymentTokens {
    private static final Duration LIFE = Duration.ofMinutes(15);

    private final Settings settings;
    private final References references;
    private final Map<String, Held> held = new HashMap<>();

    PaymentTokens(Settings settings, References references) {
        this.settings = settings;
        this.references = references;
    }

    private record Held(Card card, Instant until) {}

    synchronized String hold(Card card) {
        Instant now = settings.clock().instant();
        held.values().removeIf(h -> !now.isBefore(h.until()));
        // twenty characters, as recorded
        String token = references.secretName().substring(0, 20);
        held.put(token, new Held(card, now.plus(LIFE)));
        return token;
    }

    synchronized Card take(String token) {
        Held found = held.remove(token);
        if (found == null || !settings.clock().instant().isBefore(found.until())) {
            throw RefusedException.invalid("Invalid payment_token");
        }
        return found.card();
    }
}
