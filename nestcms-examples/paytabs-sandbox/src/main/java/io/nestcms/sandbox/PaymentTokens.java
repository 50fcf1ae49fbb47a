package io.nestcms.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Cards of managed forms: the browser hands the card to the gateway and gives the merchant a token, good once and not for long. */
final class PaymentTokens {
    private static final Duration LIFE = Duration.ofMinutes(15);
    private static final int MOST_USED = 10_000;
    private static final Card WALLET =
            new Card("Visa", "Credit", "4111 11## #### 1111", 12, 2099, "", false, null, null);

    private final Settings settings;
    private final References references;
    private final Map<String, Held> held = new HashMap<>();
    /** The latest of those that were used, so that a second use is told apart. */
    private final Set<String> used = Collections.newSetFromMap(new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
            return size() > MOST_USED;
        }
    });

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
        if (used.contains(token)) {
            throw RefusedException.invalid("Invalid payment_token: it was used before");
        }
        Held found = held.remove(token);
        if (found == null) {
            throw RefusedException.invalid("Invalid payment_token: this profile has none such");
        }
        if (!settings.clock().instant().isBefore(found.until())) {
            throw RefusedException.invalid("Invalid payment_token: its time is over");
        }
        used.add(token);
        return found.card();
    }

    /**
     * The card of a wallet's payload. It is opaque at the gateway, so here its field {@code data} says what is to become of it:
     * {@code expired...} and {@code foreign...} are refused, {@code code-316...} is declined with that code, and anything else is
     * approved, once.
     */
    synchronized Card wallet(String field, JsonNode payload) {
        String data = payload.path("data").asText("");
        if (data.startsWith("expired")) {
            throw RefusedException.invalid("Invalid " + field + ": its time is over");
        }
        if (data.startsWith("foreign")) {
            throw RefusedException.invalid("Invalid " + field + ": it was made for another merchant");
        }
        if (!used.add(field + payload)) {
            throw RefusedException.invalid("Invalid " + field + ": it was used before");
        }
        return data.matches("code-\\d{3}.*") ? WALLET.answering(data.substring(5, 8)) : WALLET;
    }
}
