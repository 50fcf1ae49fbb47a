package io.nestcms.payment;

import java.time.Instant;
import java.time.LocalDate;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A saved card as we keep it: the gateway's name for it, whose it is, what was agreed, and which payments were charged to it. No card number.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @param card what the gateway told
 * @param payer the merchant's name for whose it is, or {@code null} when the order did not say
 * @param plan what was agreed, or {@code null} for nothing
 * @param savedWith the payment that it was saved with, or {@code null} when it came from elsewhere
 * @param first the gateway's name for that payment, or {@code null}
 * @param savedAt when we learned of it
 * @param deletedAt since when it is charged no more, or {@code null}
 * @param forgotten whether the gateway has confirmed that it forgot it
 * @param charged how many payments were charged to it and are over; the one that saved it is not among them
 * @param lastDay the day of the latest of them, by UTC, or {@code null}
 * @param claims the payments that are, or may become, charges of it, each with its day
 * @param version counts its changes, from 0
 * @since 0.1
 */
public record SavedCard(
        CardOnFile card,
        @Nullable String payer,
        @Nullable CardPlan plan,
        @Nullable PaymentId savedWith,
        @Nullable TransactionRef first,
        Instant savedAt,
        @Nullable Instant deletedAt,
        boolean forgotten,
        int charged,
        @Nullable LocalDate lastDay,
        Map<PaymentId, LocalDate> claims,
        long version) {
    /**
     * Checks and copies.
     *
     * @param card what the gateway told
     * @param payer whose it is, or {@code null}
     * @param plan what was agreed, or {@code null}
     * @param savedWith the payment, or {@code null}
     * @param first its transaction, or {@code null}
     * @param savedAt when we learned of it
     * @param deletedAt since when it is charged no more, or {@code null}
     * @param forgotten whether the gateway forgot it
     * @param charged how many payments are over
     * @param lastDay the day of the latest, or {@code null}
     * @param claims those that are open
     * @param version counts its changes
     */
    public SavedCard {
        Objects.requireNonNull(card, "card");
        Objects.requireNonNull(savedAt, "savedAt");
        claims = Collections.unmodifiableMap(new LinkedHashMap<>(claims));
    }

    /**
     * The gateway's name for it.
     *
     * @return the token
     */
    public CardToken token() {
        return card.token();
    }

    /**
     * Whether it may still be charged, apart from what was agreed.
     *
     * @return false once it was deleted
     */
    public boolean isDeleted() {
        return deletedAt != null;
    }

    /**
     * The card, newly saved.
     *
     * @param card what the gateway told
     * @param payer whose it is, or {@code null}
     * @param plan what was agreed, or {@code null}
     * @param savedWith the payment, or {@code null}
     * @param first its transaction, or {@code null}
     * @param at when we learned of it
     * @return a card that nothing was charged to
     */
    public static SavedCard saved(
            CardOnFile card,
            @Nullable String payer,
            @Nullable CardPlan plan,
            @Nullable PaymentId savedWith,
            @Nullable TransactionRef first,
            Instant at) {
        return new SavedCard(card, payer, plan, savedWith, first, at, null, false, 0, null, Map.of(), 0);
    }

    /**
     * The card with its payments as they are now.
     *
     * @param count how many are over
     * @param latest the day of the latest of them, or {@code null}
     * @param open those that are, or may become, charges
     * @return the next version
     */
    public SavedCard with(int count, @Nullable LocalDate latest, Map<PaymentId, LocalDate> open) {
        return new SavedCard(
                card, payer, plan, savedWith, first, savedAt, deletedAt, forgotten, count, latest, open, version + 1);
    }

    /**
     * The card, charged no more.
     *
     * @param at since when
     * @param confirmed whether the gateway forgot it
     * @return the next version
     */
    public SavedCard deleted(Instant at, boolean confirmed) {
        return new SavedCard(
                card,
                payer,
                plan,
                savedWith,
                first,
                savedAt,
                deletedAt == null ? at : deletedAt,
                confirmed,
                charged,
                lastDay,
                claims,
                version + 1);
    }

    /**
     * Nobody's name.
     *
     * @return for logs
     */
    @Override
    public String toString() {
        return "SavedCard[" + card.token() + (isDeleted() ? " deleted" : "") + " v" + version + "]";
    }
}
