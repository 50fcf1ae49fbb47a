package io.nestcms.payment.store;

import io.nestcms.payment.CardToken;
import io.nestcms.payment.SavedCard;
import java.util.List;
import java.util.Optional;

/**
 * Where saved cards are kept: a port. The version check of {@link #replace} is what keeps two payments from using the last charge that was
 * agreed.
 *
 * <p>Implementations are safe for use by many threads and nodes; an unchecked exception means that nothing is known of the write.
 *
 * @since 0.1
 */
public interface SavedCardStore {
    /**
     * Keeps a card that is not kept yet.
     *
     * @param card the card, version 0
     * @return false when one with its token is there; nothing was changed then
     */
    boolean insert(SavedCard card);

    /**
     * Replaces the version before.
     *
     * @param card the next version
     * @return false when somebody else was faster; nothing was changed then
     */
    boolean replace(SavedCard card);

    /**
     * The card with this name.
     *
     * @param token the gateway's name for it
     * @return the latest version, also of one that was deleted; or empty
     */
    Optional<SavedCard> find(CardToken token);

    /**
     * The cards of a payer that may be charged.
     *
     * @param payer the merchant's name for who pays
     * @param limit at most how many; from 1
     * @return those that were not deleted, newest first
     */
    List<SavedCard> list(String payer, int limit);
}
