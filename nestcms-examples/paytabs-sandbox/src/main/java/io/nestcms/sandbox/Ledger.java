package io.nestcms.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
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
    private final Map<String, String> refOfPage = new HashMap<>();
    private final Map<String, Integer> positions = new HashMap<>();
    private final Map<String, Set<String>> refsOfCart = new LinkedHashMap<>();
    private final Map<String, Set<String>> refsOfFamily = new LinkedHashMap<>();
    private final Map<String, Set<String>> refsOfOriginal = new HashMap<>();
    private final Map<String, String> refOfToken = new HashMap<>();
    /** Never used again, whatever is written of their transactions later. */
    private final Set<String> deletedTokens = new HashSet<>();

    private final Set<String> waiting = new LinkedHashSet<>();
    private final @Nullable LedgerFile file;

    Ledger(@Nullable LedgerFile file) {
        this.file = file;
        if (file != null) {
            file.lines().forEach(this::load);
        }
    }

    private void load(byte[] line) {
        try {
            JsonNode node = Json.MAPPER.readTree(line);
            if (node.has("deletedToken")) {
                deletedTokens.add(node.path("deletedToken").asText());
            } else if (node.has("ref")) {
                index(Json.MAPPER.treeToValue(node, Transaction.class));
            }
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
     * The transactions of a cart, oldest first: those that carry its id, and what follows them under any other.
     *
     * @param cartId the merchant's name for a payment or a follow-up
     * @return empty when the cart is not known
     */
    public List<LedgerEntry> entries(String cartId) {
        return concerning(cartId).stream().map(LedgerEntry::of).toList();
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
     * What a cart was charged and given back, whatever cart ids the captures and refunds carry.
     *
     * @param cartId the merchant's name for the payment
     * @return zero charges when the cart is not known
     */
    public CartTotals totals(String cartId) {
        return CartTotals.of(cartId, concerning(cartId));
    }

    synchronized void put(Transaction transaction) {
        append(transaction);
        index(transaction);
    }

    private void append(Object line) {
        if (file != null) {
            file.append(Json.bytes(line));
        }
    }

    private void index(Transaction t) {
        byRef.put(t.ref(), t);
        positions.putIfAbsent(t.ref(), positions.size());
        refsOfFamily.computeIfAbsent(familyOf(t), cart -> new LinkedHashSet<>()).add(t.ref());
        refsOfCart
                .computeIfAbsent(t.order().cartId(), cart -> new LinkedHashSet<>())
                .add(t.ref());
        if (t.page() != null) {
            refOfPage.put(t.page(), t.ref());
        }
        if (t.previous() != null) {
            refsOfOriginal
                    .computeIfAbsent(t.previous(), ref -> new LinkedHashSet<>())
                    .add(t.ref());
        }
        if (t.result() != null && t.result().token() != null) {
            refOfToken.putIfAbsent(t.result().token(), t.ref());
        }
        if (t.expiresAt() != null && (t.isOpen() || t.has(Status.P))) {
            waiting.add(t.ref());
        } else {
            waiting.remove(t.ref());
        }
    }

    synchronized Optional<Transaction> find(String ref) {
        return Optional.ofNullable(byRef.get(ref));
    }

    synchronized Optional<Transaction> atPage(String page) {
        return Optional.ofNullable(refOfPage.get(page)).flatMap(this::find);
    }

    /** The transaction that a stored card's name came from. */
    synchronized Optional<Transaction> ofToken(String token) {
        return deletedTokens.contains(token)
                ? Optional.empty()
                : Optional.ofNullable(refOfToken.get(token)).flatMap(this::find);
    }

    /** The one that the token saved, or why there is none. */
    synchronized Transaction savedWith(String token) {
        if (deletedTokens.contains(token)) {
            throw RefusedException.invalid("Invalid token: it was deleted");
        }
        return ofToken(token).orElseThrow(() -> RefusedException.invalid("Invalid token: this profile has none such"));
    }

    synchronized void deleteToken(String token) {
        append(Json.object().put("deletedToken", token));
        deletedTokens.add(token);
    }

    synchronized List<Transaction> all() {
        return List.copyOf(byRef.values());
    }

    synchronized List<Transaction> ofCart(String cartId) {
        return of(refsOfCart.getOrDefault(cartId, Set.of()));
    }

    /** The payments of a cart with all that follows them, whatever cart ids that carries. */
    synchronized List<Transaction> ofFamily(String cartId) {
        return of(refsOfFamily.getOrDefault(cartId, Set.of()));
    }

    private synchronized List<Transaction> concerning(String cartId) {
        Set<String> refs = new LinkedHashSet<>(refsOfFamily.getOrDefault(cartId, Set.of()));
        refs.addAll(refsOfCart.getOrDefault(cartId, Set.of()));
        return of(refs);
    }

    /** The cart of the payment that a transaction follows in the end; its own when it follows none. */
    synchronized String familyOf(Transaction t) {
        Transaction at = t;
        while (at.order().type().isFollowUp()) {
            Transaction before = at.previous() == null ? null : byRef.get(at.previous());
            if (before == null) {
                break;
            }
            at = before;
        }
        return at.order().cartId();
    }

    /** Grows with each new transaction. */
    synchronized int position(String ref) {
        return positions.getOrDefault(ref, 0);
    }

    /** Captures, refunds and the like of a transaction. */
    synchronized List<Transaction> followers(String ref) {
        return of(refsOfOriginal.getOrDefault(ref, Set.of()));
    }

    /** What may still expire. */
    synchronized List<Transaction> waiting() {
        return of(waiting);
    }

    private List<Transaction> of(Set<String> refs) {
        return refs.stream().map(ref -> Objects.requireNonNull(byRef.get(ref))).toList();
    }

    synchronized List<String> carts() {
        return List.copyOf(refsOfFamily.keySet());
    }

    /** Authorised and pending follow-ups of one kind on a transaction, added up. */
    synchronized BigDecimal sum(String ref, TranType type) {
        return followers(ref).stream()
                .filter(t -> t.order().type() == type)
                .filter(t -> t.has(Status.A) || t.has(Status.P))
                .map(Transaction::amount)
                .reduce(BigDecimal.ZERO, BigDecimal::add);
    }
}
