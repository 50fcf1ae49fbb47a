package io.nestcms.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Lays the gateway's ledger, the server's records and what the buyers were told beside each other. */
final class ChaosAudit {
    private final Map<String, List<JsonNode>> ledger = new TreeMap<>();
    private final Map<String, JsonNode> records = new HashMap<>();
    private final List<String> disagreements = new ArrayList<>();
    private final Map<String, Integer> statuses = new TreeMap<>();
    private final Map<String, Sums> sums = new TreeMap<>();

    /** Money of one currency: taken and given back, as each side has it. */
    static final class Sums {
        int charges;
        int refunds;
        BigDecimal charged = BigDecimal.ZERO;
        BigDecimal recorded = BigDecimal.ZERO;
        BigDecimal refunded = BigDecimal.ZERO;
        BigDecimal refundsRecorded = BigDecimal.ZERO;
    }

    private ChaosAudit() {}

    /** Compares; nothing is changed anywhere. */
    static ChaosAudit of(ChaosStage stage, Merchant merchant, List<ChaosBuyer.Story> stories) {
        ChaosAudit audit = new ChaosAudit();
        JsonNode books = stage.ledger();
        Map<String, JsonNode> byRef = new HashMap<>();
        books.path("transactions").forEach(it -> byRef.put(it.path("ref").asText(), it));
        for (JsonNode transaction : books.path("transactions")) {
            audit.ledger
                    .computeIfAbsent(cart(transaction, byRef), any -> new ArrayList<>())
                    .add(transaction);
        }
        for (int page = 0; audit.readPage(merchant, page); page++) {}
        audit.expect(books.path("callbacksUnderWay").asInt() == 0, "notifications are under way");
        audit.expect(waiting(merchant) == 0, "events wait in the outbox");
        audit.expect(
                audit.records.size() == stories.size(),
                audit.records.size() + " records for " + stories.size() + " payments");
        Set<String> heard = heard(stage.data().resolve("server").resolve("heard"));
        stories.forEach(story -> audit.compare(story, heard));
        audit.ledger.keySet().stream()
                .filter(cart -> !audit.records.containsKey(cart))
                .forEach(cart -> audit.expect(false, cart + " is in the ledger and not on record"));
        return audit;
    }

    /** The merchant's cart: what follows up a transaction has a cart of its own and belongs to that of the first. */
    private static String cart(JsonNode transaction, Map<String, JsonNode> byRef) {
        JsonNode first = transaction;
        while (byRef.containsKey(first.path("previousRef").asText())) {
            first = byRef.get(first.path("previousRef").asText());
        }
        String cart = first.path("cartId").asText();
        String prefix = Stage.cart("");
        return cart.startsWith(prefix) ? cart.substring(prefix.length()) : cart;
    }

    private boolean readPage(Merchant merchant, int page) {
        JsonNode items =
                merchant.get("/payments/v2?size=200&page=" + page).json().path("items");
        for (JsonNode item : items) {
            JsonNode full = merchant.find(item.path("id").asText()).json();
            if (records.put(item.path("cartId").asText(), full) != null) {
                expect(false, item.path("cartId").asText() + " is on record twice");
            }
        }
        return !items.isEmpty();
    }

    private static int waiting(Merchant merchant) {
        return merchant.get("/metrics")
                .raw()
                .body()
                .lines()
                .filter(line -> line.startsWith("nestcms_outbox_waiting") || line.startsWith("nestcms_outbox_buried"))
                .mapToInt(line -> (int) Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .sum();
    }

    private static Set<String> heard(Path file) {
        try {
            return new HashSet<>(Files.readAllLines(file));
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    private void compare(ChaosBuyer.Story story, Set<String> heard) {
        String cart = story.cartId();
        JsonNode kept = records.get(cart);
        if (kept == null) {
            expect(false, cart + " is not on record");
            return;
        }
        expect(kept.path("id").asText().equals(story.id()), cart + " is on record under another id");
        expect(kept.path("mismatches").isEmpty(), cart + " has a mismatch");
        String status = kept.path("status").asText();
        statuses.merge(status, 1, Integer::sum);

        Map<String, BigDecimal> charges = moved(cart, "Sale");
        Map<String, BigDecimal> refunds = moved(cart, "Refund");
        expect(charges.size() <= 1, cart + " was charged " + charges.size() + " times");
        expectEqual(cart + " charges", charges, recorded(kept, "SALE"));
        expectEqual(cart + " refunds", refunds, recorded(kept, "REFUND"));
        charges.values().forEach(amount -> expectSame(cart + " charge", amount, story.amount()));
        expectStatus(cart, status, kept, charges, refunds);
        compareRefunds(story, kept, refunds);
        add(story.currency(), charges, refunds, kept);

        expect(heard.contains("PaymentCreated " + story.id()), cart + ": its creation was told to nobody");
        if (!charges.isEmpty()) {
            expect(heard.contains("PaymentSucceeded " + story.id()), cart + ": its success was told to nobody");
        }
    }

    /** What the gateway's books say moved, by reference. */
    private Map<String, BigDecimal> moved(String cart, String type) {
        Map<String, BigDecimal> moved = new TreeMap<>();
        for (JsonNode transaction : ledger.getOrDefault(cart, List.of())) {
            if (transaction.path("type").asText().equals(type)
                    && transaction.path("status").asText().equals("A")) {
                moved.put(transaction.path("ref").asText(), amount(transaction));
            }
        }
        return moved;
    }

    private static Map<String, BigDecimal> recorded(JsonNode kept, String kind) {
        Map<String, BigDecimal> recorded = new TreeMap<>();
        for (JsonNode move : kept.path("transactions")) {
            if (move.path("kind").asText().equals(kind)) {
                recorded.put(move.path("tranRef").asText(), amount(move));
            }
        }
        return recorded;
    }

    private static BigDecimal amount(JsonNode json) {
        return new BigDecimal(json.path("amount").asText()).stripTrailingZeros();
    }

    private void expectStatus(
            String cart,
            String status,
            JsonNode kept,
            Map<String, BigDecimal> charges,
            Map<String, BigDecimal> refunds) {
        String expected;
        if (charges.isEmpty()) {
            expected = unpaid(cart, kept.path("tranRef").asText());
        } else if (refunds.isEmpty()) {
            expected = "SUCCEEDED";
        } else {
            expected = sum(refunds).compareTo(sum(charges)) < 0 ? "PARTIALLY_REFUNDED" : "REFUNDED";
        }
        expect(status.equals(expected), cart + " is " + status + " on record and " + expected + " by the ledger");
    }

    /** What the page that the payer had came to. */
    private String unpaid(String cart, String ref) {
        String letter = ledger.getOrDefault(cart, List.of()).stream()
                .filter(transaction -> transaction.path("ref").asText().equals(ref))
                .map(transaction -> transaction.path("status").asText())
                .findFirst()
                .orElse("none");
        return switch (letter) {
            case "D", "E" -> "FAILED";
            case "C" -> "CANCELLED";
            case "X" -> "EXPIRED";
            default -> "not settled (" + letter + ")";
        };
    }

    private void compareRefunds(ChaosBuyer.Story story, JsonNode kept, Map<String, BigDecimal> refunds) {
        Map<String, BigDecimal> done = new TreeMap<>();
        for (JsonNode followUp : kept.path("followUps")) {
            if (followUp.path("undecided").asBoolean()) {
                // not at the gateway, else it would have been found: the comparison below sees to that
                continue;
            }
            String state = followUp.path("state").asText();
            expect(state.equals("DONE"), story.cartId() + " has a refund in state " + state);
            done.put(followUp.path("tranRef").asText(), amount(followUp));
        }
        expectEqual(story.cartId() + " refunds asked for", refunds, done);
        Map<String, BigDecimal> told = new TreeMap<>();
        List<ChaosBuyer.Refund> decided = story.refunds().stream()
                .filter(it -> !it.state().equals(ChaosBuyer.Refund.UNDECIDED))
                .toList();
        decided.forEach(refund -> {
            expect(refund.state().equals("DONE"), refund.key() + " was answered with " + refund.state());
            told.put(refund.tranRef(), refund.amount().stripTrailingZeros());
        });
        if (decided.size() == story.refunds().size()) {
            expectEqual(story.cartId() + " refunds told", refunds, told);
        } else {
            expect(
                    refunds.entrySet().containsAll(told.entrySet()),
                    story.cartId() + " was told of refunds " + told + ", the gateway has " + refunds);
        }
    }

    private void add(String currency, Map<String, BigDecimal> charges, Map<String, BigDecimal> refunds, JsonNode kept) {
        Sums sum = sums.computeIfAbsent(currency, any -> new Sums());
        sum.charges += charges.size();
        sum.refunds += refunds.size();
        sum.charged = sum.charged.add(sum(charges));
        sum.refunded = sum.refunded.add(sum(refunds));
        sum.recorded = sum.recorded.add(sum(recorded(kept, "SALE")));
        sum.refundsRecorded = sum.refundsRecorded.add(sum(recorded(kept, "REFUND")));
    }

    private static BigDecimal sum(Map<String, BigDecimal> amounts) {
        return amounts.values().stream().reduce(BigDecimal.ZERO, BigDecimal::add);
    }

    private void expectSame(String what, BigDecimal one, BigDecimal other) {
        expect(one.compareTo(other) == 0, what + ": " + one + " and " + other);
    }

    private void expectEqual(String what, @Nullable Object inLedger, @Nullable Object other) {
        expect(
                java.util.Objects.equals(inLedger, other),
                what + ": " + inLedger + " by the ledger, " + other + " otherwise");
    }

    private void expect(boolean met, String otherwise) {
        if (!met) {
            disagreements.add(otherwise);
        }
    }

    /** Everything in which the two sides differ, and everything that is not at its end; empty when all is well. */
    List<String> disagreements() {
        return disagreements;
    }

    Map<String, Integer> statuses() {
        return statuses;
    }

    Map<String, Sums> sums() {
        return sums;
    }
}
