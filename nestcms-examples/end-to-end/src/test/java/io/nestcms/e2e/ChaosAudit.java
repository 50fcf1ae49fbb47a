package io.nestcms.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import io.nestcms.e2e.ChaosBuyer.FollowUp;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Lays the gateway's ledger, the server's records and what the buyers were told beside each other. */
final class ChaosAudit {
    private static final Set<String> RELEASES = Set.of("Void", "Release");

    private final Map<String, List<JsonNode>> ledger = new TreeMap<>();
    private final Map<String, JsonNode> records = new HashMap<>();
    private final List<String> disagreements = new ArrayList<>();
    private final Map<String, Integer> statuses = new TreeMap<>();
    private final Map<String, Sums> sums = new TreeMap<>();

    /** Money of one kind of move: how often it moved, and how much of it each side has. */
    static final class Total {
        int count;
        BigDecimal ledger = BigDecimal.ZERO;
        BigDecimal records = BigDecimal.ZERO;

        private void add(Map<String, BigDecimal> inLedger, BigDecimal onRecord) {
            count += inLedger.size();
            ledger = ledger.add(sum(inLedger));
            records = records.add(onRecord);
        }
    }

    /** Money of one currency: taken, given back, and let go of what was held. */
    static final class Sums {
        final Total taken = new Total();
        final Total refunded = new Total();
        final Total released = new Total();
        final Total held = new Total();
    }

    /** What the gateway's books say moved for one cart, each by reference. */
    private record Moves(
            Map<String, BigDecimal> sales,
            Map<String, BigDecimal> holds,
            Map<String, BigDecimal> captures,
            Map<String, BigDecimal> releases,
            Map<String, BigDecimal> refunds) {
        Map<String, BigDecimal> of(FollowUp kind) {
            return switch (kind) {
                case CAPTURE -> captures;
                case VOID -> releases;
                case REFUND -> refunds;
            };
        }

        Map<String, BigDecimal> taken() {
            Map<String, BigDecimal> taken = new TreeMap<>(sales);
            taken.putAll(captures);
            return taken;
        }

        BigDecimal held() {
            return sum(holds).subtract(sum(captures)).subtract(sum(releases));
        }
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
        String next = "";
        do {
            next = audit.readPage(merchant, next);
        } while (!next.isEmpty());
        audit.expect(books.path("callbacksUnderWay").asInt() == 0, "notifications are under way");
        audit.expect(waiting(merchant) == 0, "events wait in the outbox");
        audit.expect(
                audit.records.size() == stories.size(),
                audit.records.size() + " records for " + stories.size() + " payments");
        Set<String> heard = stage.heard();
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

    /** Gives the next cursor, empty after the last page. */
    private String readPage(Merchant merchant, String cursor) {
        JsonNode page = merchant.get("/payments/v2?limit=200" + (cursor.isEmpty() ? "" : "&cursor=" + cursor))
                .json();
        for (JsonNode item : page.path("items")) {
            JsonNode full = merchant.find(item.path("id").asText()).json();
            if (records.put(item.path("cartId").asText(), full) != null) {
                expect(false, item.path("cartId").asText() + " is on record twice");
            }
        }
        return page.path("nextCursor").asText();
    }

    /** How many payments have events that were not told to everybody. */
    static int waiting(Merchant merchant) {
        return merchant.get("/metrics")
                .raw()
                .body()
                .lines()
                .filter(line -> line.startsWith("nestcms_outbox_waiting") || line.startsWith("nestcms_outbox_buried"))
                .mapToInt(line -> (int) Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .sum();
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

        Moves moves = moves(cart);
        int charges = moves.sales().size() + moves.holds().size();
        expect(charges <= 1, cart + " was charged " + charges + " times");
        Map<String, BigDecimal> asked = new TreeMap<>(moves.sales());
        asked.putAll(moves.holds());
        asked.values()
                .forEach(amount ->
                        expectSame(cart + " charge", amount, story.errand().amount()));
        expect(
                (story.errand().isHeld() ? moves.sales() : moves.holds()).isEmpty(),
                cart + " was taken for another kind");
        expectEqual(cart + " sales", moves.sales(), recorded(kept, "SALE"));
        expectEqual(cart + " captures", moves.captures(), recorded(kept, "CAPTURE"));
        expectEqual(cart + " refunds", moves.refunds(), recorded(kept, "REFUND"));
        expectEqual(cart + " releases", moves.releases(), released(kept));
        expectSame(cart + " taken", sum(moves.taken()), amount(kept, "taken"));
        expectSame(cart + " refunded", sum(moves.refunds()), amount(kept, "refunded"));
        expectSame(cart + " held", moves.held(), amount(kept, "held"));
        expectStatus(cart, status, kept, moves);
        for (FollowUp kind : FollowUp.values()) {
            compareFollowUps(story, kept, kind, moves.of(kind));
        }
        add(story.errand().currency(), moves, kept);
        told(story, moves, heard);
    }

    private Moves moves(String cart) {
        return new Moves(
                moved(cart, Set.of("Sale")),
                moved(cart, Set.of("Auth")),
                moved(cart, Set.of("Capture")),
                moved(cart, RELEASES),
                moved(cart, Set.of("Refund")));
    }

    private Map<String, BigDecimal> moved(String cart, Set<String> types) {
        Map<String, BigDecimal> moved = new TreeMap<>();
        for (JsonNode transaction : ledger.getOrDefault(cart, List.of())) {
            if (types.contains(transaction.path("type").asText())
                    && transaction.path("status").asText().equals("A")) {
                moved.put(transaction.path("ref").asText(), amount(transaction, "amount"));
            }
        }
        return moved;
    }

    private static Map<String, BigDecimal> recorded(JsonNode kept, String kind) {
        Map<String, BigDecimal> recorded = new TreeMap<>();
        for (JsonNode move : kept.path("transactions")) {
            if (move.path("kind").asText().equals(kind)) {
                recorded.put(move.path("tranRef").asText(), amount(move, "amount"));
            }
        }
        return recorded;
    }

    private static Map<String, BigDecimal> released(JsonNode kept) {
        Map<String, BigDecimal> released = new TreeMap<>();
        for (JsonNode entry : kept.path("ledger")) {
            String kind = entry.path("kind").asText();
            if ((kind.equals("VOID") || kind.equals("RELEASE"))
                    && entry.path("state").asText().equals("APPROVED")) {
                released.put(entry.path("tranRef").asText(), amount(entry, "amount"));
            }
        }
        return released;
    }

    private static BigDecimal amount(JsonNode json, String field) {
        return new BigDecimal(json.path(field).asText()).stripTrailingZeros();
    }

    private void expectStatus(String cart, String status, JsonNode kept, Moves moves) {
        BigDecimal taken = sum(moves.taken());
        BigDecimal refunded = sum(moves.refunds());
        String expected;
        if (taken.signum() > 0 && refunded.signum() > 0) {
            expected = refunded.compareTo(taken) < 0 ? "PARTIALLY_REFUNDED" : "REFUNDED";
        } else if (taken.signum() > 0) {
            expected = moves.captures().isEmpty() ? "SUCCEEDED" : "CAPTURED";
        } else if (!moves.holds().isEmpty()) {
            expected = moves.held().signum() > 0 ? "AUTHORIZED" : "VOIDED";
        } else {
            expected = unpaid(cart, kept.path("tranRef").asText());
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

    /** Each was asked for once, done once, and told so. */
    private void compareFollowUps(
            ChaosBuyer.Story story, JsonNode kept, FollowUp kind, Map<String, BigDecimal> inLedger) {
        Map<String, BigDecimal> done = new TreeMap<>();
        for (JsonNode followUp : kept.path("followUps")) {
            if (followUp.path("kind").asText().equals(kind.name())) {
                String state = followUp.path("state").asText();
                expect(state.equals("DONE"), story.cartId() + " has a " + kind.step() + " in state " + state);
                expect(
                        !followUp.path("undecided").asBoolean(),
                        story.cartId() + " leaves a " + kind.step() + " to a person");
                done.put(followUp.path("tranRef").asText(), amount(followUp, "amount"));
            }
        }
        expectEqual(story.cartId() + " " + kind.step() + " asked for", inLedger, done);
        Map<String, BigDecimal> told = new TreeMap<>();
        for (ChaosBuyer.Asked asked : story.asked()) {
            if (asked.kind() == kind) {
                expect(asked.state().equals("DONE"), asked.key() + " was answered with " + asked.state());
                told.put(asked.tranRef(), asked.amount());
            }
        }
        expectEqual(story.cartId() + " " + kind.step() + " told", inLedger, told);
    }

    private void told(ChaosBuyer.Story story, Moves moves, Set<String> heard) {
        Map<String, Boolean> expected = Map.of(
                "PaymentCreated", true,
                "PaymentSucceeded", !moves.sales().isEmpty(),
                "PaymentAuthorized", !moves.holds().isEmpty(),
                "PaymentCaptured", !moves.captures().isEmpty(),
                "PaymentVoided", !moves.releases().isEmpty(),
                "PaymentRefunded", !moves.refunds().isEmpty());
        expected.forEach((event, happened) -> expect(
                heard.contains(event + " " + story.id()) == happened,
                story.cartId() + ": " + event + (happened ? " was told to nobody" : " was told and did not happen")));
    }

    private void add(String currency, Moves moves, JsonNode kept) {
        Sums sum = sums.computeIfAbsent(currency, any -> new Sums());
        sum.taken.add(moves.taken(), amount(kept, "taken"));
        sum.refunded.add(moves.refunds(), amount(kept, "refunded"));
        sum.released.add(moves.releases(), sum(released(kept)));
        if (moves.held().signum() != 0) {
            sum.held.add(Map.of("left", moves.held()), amount(kept, "held"));
        }
    }

    private static BigDecimal sum(Map<String, BigDecimal> amounts) {
        return amounts.values().stream().reduce(BigDecimal.ZERO, BigDecimal::add);
    }

    private void expectSame(String what, BigDecimal one, BigDecimal other) {
        expect(one.compareTo(other) == 0, what + ": " + one + " and " + other);
    }

    private void expectEqual(String what, @Nullable Object inLedger, @Nullable Object other) {
        expect(Objects.equals(inLedger, other), what + ": " + inLedger + " by the ledger, " + other + " otherwise");
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
