package io.nestcms.sandbox;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the sandbox charged, for tests to assert on: every transaction in the order of its creation, and the sums of a cart.
 *
 * <p>Safe for use by many threads; every answer is a copy.
 *
 * @since 0.1
 */
public final class Ledger {
    private final Map<String, Transaction> byRef = new LinkedHashMap<>();
    private final @Nullable LedgerFile file;

    Ledger(@Nullable Path path) {
        file = path == null ? null : new LedgerFile(path);
        if (file != null) {
            for (byte[] line : file.lines()) {
                Transaction transaction = read(line);
                byRef.put(transaction.ref(), transaction);
            }
        }
    }

    private static Transaction read(byte[] line) {
        try {
            return Json.MAPPER.readValue(line, Transaction.class);
        } catch (IOException e) {
            throw new UncheckedIOException("a line of the ledger file is not one of ours", e);
        }
    }

    /**
     * Every transaction, oldest first: unpaid pages, declines, charges, captures, refunds.
     *
     * @return never {@code null}
     */
    public List<LedgerEntry> entries() {
        return all().stream().map(LedgerEntry::of).toList();
    }

    /**
     * The transactions of a cart, oldest first.
     *
     * @param cartId the merchant's name for the payment
     * @return empty when the cart is not known
     */
    public List<LedgerEntry> entries(String cartId) {
        return ofCart(cartId).stream().map(LedgerEntry::of).toList();
    }

    /**
     * One transaction.
     *
     * @param ref the gateway's reference
     * @return empty when there is none of that name
     */
    public Optional<LedgerEntry> entry(String ref) {
        return find(ref).map(LedgerEntry::of);
    }

    /**
     * What a cart was charged and given back.
     *
     * @param cartId the merchant's name for the payment
     * @return zero charges when the cart is not known
     */
    public CartTotals totals(String cartId) {
        return CartTotals.of(cartId, ofCart(cartId));
    }

    synchronized void put(Transaction transaction) {
        if (file != null) {
            file.append(Json.bytes(transaction));
        }
        byRef.put(transaction.ref(), transaction);
    }

    synchronized Optional<Transaction> find(String ref) {
        return Optional.ofNullable(byRef.get(ref));
    }

    synchronized Optional<Transaction> atPage(String page) {
        return byRef.values().stream().filter(t -> page.equals(t.page())).findFirst();
    }

    synchronized List<Transaction> all() {
        return List.copyOf(byRef.values());
    }

    synchronized List<Transaction> ofCart(String cartId) {
        return byRef.values().stream()
                .filter(t -> t.order().cartId().equals(cartId))
                .toList();
    }

    synchronized List<String> carts() {
        return byRef.values().stream().map(t -> t.order().cartId()).distinct().toList();
    }

    /** Authorised follow-ups of one kind on a transaction, added up. */
    synchronized BigDecimal sum(String ref, TranType type) {
        return byRef.values().stream()
                .filter(t -> ref.equals(t.previous()) && t.order().type() == type)
                .filter(t -> t.has(Status.A) || t.has(Status.P))
                .map(Transaction::amount)
                .reduce(BigDecimal.ZERO, BigDecimal::add);
    }

    void close() {
        if (file != null) {
            try {
                file.close();
            } catch (IOException e) {
                throw new UncheckedIOException("the ledger file cannot be closed", e);
            }
        }
    }
}
