package io.nestcms.paytabs;

import io.nestcms.payment.TransactionRef;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What PayTabs shows of a cart. One entry that cannot be read hides none of the others, and is not lost either.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @param transactions those that can be read, in PayTabs' order
 * @param unreadable those that cannot
 * @since 0.1
 */
public record CartTransactions(List<PayTabsTransaction> transactions, List<Unreadable> unreadable) {
    static final CartTransactions NONE = new CartTransactions(List.of(), List.of());

    /**
     * Copies both lists.
     *
     * @param transactions those that can be read
     * @param unreadable those that cannot
     */
    public CartTransactions {
        transactions = List.copyOf(transactions);
        unreadable = List.copyOf(unreadable);
    }

    /**
     * Whether PayTabs knows nothing of the cart. Not so while an entry cannot be read.
     *
     * @return true without any entry
     */
    public boolean isEmpty() {
        return transactions.isEmpty() && unreadable.isEmpty();
    }

    /**
     * An entry that cannot be read: an amount that is none, a reference that is missing.
     *
     * @param position where it stands in the answer, from 0
     * @param ref its reference, or {@code null} when not even that can be read
     * @param problem what cannot be read, without its content
     * @since 0.1
     */
    public record Unreadable(int position, @Nullable TransactionRef ref, String problem) {
        /**
         * Checks that the problem is there.
         *
         * @param position where it stands
         * @param ref its reference, or {@code null}
         * @param problem what cannot be read
         */
        public Unreadable {
            Objects.requireNonNull(problem, "problem");
        }
    }
}
