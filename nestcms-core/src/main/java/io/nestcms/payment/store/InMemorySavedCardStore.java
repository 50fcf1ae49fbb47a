package io.nestcms.payment.store;

import io.nestcms.payment.CardToken;
import io.nestcms.payment.SavedCard;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Saved cards in the memory of one process: for tests and trying out. Safe for use by many threads.
 *
 * @since 0.1
 */
public final class InMemorySavedCardStore implements SavedCardStore {
    private final Map<CardToken, SavedCard> cards = new ConcurrentHashMap<>();

    /** An empty store. */
    public InMemorySavedCardStore() {}

    @Override
    public boolean insert(SavedCard card) {
        return cards.putIfAbsent(card.token(), card) == null;
    }

    @Override
    public boolean replace(SavedCard card) {
        SavedCard kept = cards.get(card.token());
        return kept != null && kept.version() == card.version() - 1 && cards.replace(card.token(), kept, card);
    }

    @Override
    public Optional<SavedCard> find(CardToken token) {
        return Optional.ofNullable(cards.get(token));
    }

    @Override
    public List<SavedCard> list(String payer, int limit) {
        return cards.values().stream()
                .filter(it -> payer.equals(it.payer()) && !it.isDeleted())
                .sorted(Comparator.comparing(SavedCard::savedAt).reversed())
                .limit(limit)
                .toList();
    }
}
