package io.nestcms.e2e;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nestcms.e2e.ChaosErrand.Choice;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One payment as a merchant's program and its payer make it: each call repeated with the same key until it has an answer that
 * ends it.
 */
final class ChaosBuyer {
    private static final Set<String> MONEY =
            Set.of("SUCCEEDED", "PARTIALLY_REFUNDED", "REFUNDED", "AUTHORIZED", "CAPTURED", "VOIDED");
    private static final Set<String> UNPAID = Set.of("FAILED", "EXPIRED", "CANCELLED");

    /** No single step takes longer, whatever happens around it; one that does has hung, and the run has failed. */
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private final ChaosErrand errand;
    private final Random waits;
    private final Merchant merchant;
    private final Payer payer;
    private final ChaosStage stage;
    private final ChaosTally tally;
    private final List<Asked> asked = new ArrayList<>();
    private String id = "";

    /** A capture, a void or a refund that was asked for, and what the merchant was told at last. */
    record Asked(FollowUp kind, String key, BigDecimal amount, String state, String tranRef) {}

    /** What follows a payment, as the API names it. */
    enum FollowUp {
        CAPTURE("captures"),
        VOID("void"),
        REFUND("refunds");

        private final String path;

        FollowUp(String path) {
            this.path = path;
        }

        String step() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** What the merchant knows of the payment at the end. */
    record Story(ChaosErrand errand, String id, List<Asked> asked) {
        String cartId() {
            return errand.cartId();
        }
    }

    ChaosBuyer(ChaosErrand errand, Merchant merchant, Payer payer, ChaosStage stage, ChaosTally tally) {
        this.errand = errand;
        this.waits = new Random(
                errand.cartId().hashCode() ^ errand.amount().unscaledValue().longValue());
        this.merchant = merchant;
        this.payer = payer;
        this.stage = stage;
        this.tally = tally;
    }

    Story buy() {
        ObjectNode order = Merchant.order(errand.cartId(), errand.amount().toPlainString(), errand.currency());
        id = create(errand.cartId(), order);
        boolean again = waits.nextInt(10) == 0;
        String page = process();
        if (page != null && errand.choice() != Choice.LEAVE) {
            act(page, errand.choice());
        }
        if (again && !create(errand.cartId(), order).equals(id)) {
            throw new AssertionError(errand.cartId() + ": the same key made another payment");
        }
        if (MONEY.contains(awaitEnd(errand.choice()))) {
            goOn();
        }
        tally.oneMoreFinished();
        return new Story(errand, id, List.copyOf(asked));
    }

    /** The quarters are of one amount: the gateway takes them for duplicates, and we must tell them apart. */
    private void goOn() {
        BigDecimal amount = errand.amount();
        BigDecimal quarter = amount.divide(BigDecimal.valueOf(4), amount.scale(), RoundingMode.DOWN);
        boolean splits = quarter.signum() > 0;
        switch (errand.sequel()) {
            case KEEP, LEAVE_HELD -> tally.count("merchants: left it at that");
            case VOID -> ask(FollowUp.VOID, null);
            case CAPTURE -> ask(FollowUp.CAPTURE, null);
            case CAPTURE_PARTS -> {
                ask(FollowUp.CAPTURE, splits ? quarter : null);
                if (splits) {
                    ask(FollowUp.CAPTURE, quarter);
                }
            }
            case CAPTURE_AND_GIVE_BACK -> {
                ask(FollowUp.CAPTURE, splits ? quarter.add(quarter) : null);
                giveBack(quarter);
            }
            case GIVE_BACK -> {
                giveBack(quarter);
                if (waits.nextBoolean()) {
                    giveBack(quarter);
                }
            }
        }
    }

    private void giveBack(BigDecimal quarter) {
        ask(FollowUp.REFUND, quarter.signum() > 0 ? quarter : null);
    }

    private String create(String key, ObjectNode order) {
        return until("create", () -> merchant.create(key, order), answer -> answer.status() == 201)
                .text("id");
    }

    /** The page, or null when the payment is over without one. */
    private @Nullable String process() {
        Merchant.Answer answer = until(
                "process",
                () -> merchant.process(id),
                it -> it.status() == 200 || it.json().path("type").asText().contains("already-settled"));
        return answer.status() == 200 && !answer.json().path("redirectUrl").isNull()
                ? answer.text("redirectUrl")
                : null;
    }

    private void act(String page, Choice choice) {
        HttpResponse<String> shown = submit(page, form(choice));
        if (choice == Choice.PAY_WITH_PASSWORD && shown.statusCode() == 303) {
            String challenge = shown.headers().firstValue("Location").orElseThrow();
            shown = submit(
                    URI.create(page).resolve(challenge).toString(), Map.of("otp", Payer.PASSWORD, "action", "confirm"));
        }
        if (choice.name().contains("_THEN_") || choice == Choice.DECLINED_BUT_CHARGED) {
            turns(choice);
        }
        if (shown.statusCode() == 200 && waits.nextInt(3) > 0) {
            goBack(shown);
        }
    }

    private static Map<String, String> form(Choice choice) {
        return switch (choice) {
            case DECLINED -> Payer.card(Payer.NO_FUNDS);
            case DECLINED_BUT_CHARGED -> Payer.card(Payer.DOUBTFUL);
            case PENDING_THEN_CHARGED, PENDING_THEN_DECLINED -> Payer.card(Payer.PENDING);
            case PAY_WITH_PASSWORD -> Payer.card(Payer.CHALLENGED);
            case CANCEL -> Map.of("action", "cancel");
            default -> Payer.card(Payer.APPROVED);
        };
    }

    /** A payer presses the button again when the page does not come. */
    private HttpResponse<String> submit(String page, Map<String, String> form) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < end) {
            try {
                HttpResponse<String> shown = payer.post(URI.create(page), form);
                if (shown.statusCode() < 500 && shown.statusCode() != 429) {
                    return shown;
                }
            } catch (UncheckedIOException unreachable) {
                tally.count("payers: page did not answer");
            }
            tally.pause(waits.nextInt(100, 500));
        }
        throw new AssertionError(id + ": the page did not answer");
    }

    /** The gateway finds out later what became of the card payment. */
    private void turns(Choice choice) {
        tally.pause(waits.nextInt(100, 2000));
        for (var transaction : stage.ledger(Stage.cart(errand.cartId())).path("transactions")) {
            String status = transaction.path("status").asText();
            if (status.equals("P") || status.equals("D")) {
                stage.settle(transaction.path("ref").asText(), choice == Choice.PENDING_THEN_DECLINED ? "D" : "A");
                tally.count("gateway: result turned later");
            }
        }
    }

    private void goBack(HttpResponse<String> shown) {
        try {
            payer.goBack(Payer.wayBack(shown.body()));
        } catch (UncheckedIOException unreachable) {
            tally.count("payers: shop did not answer the way back");
        }
    }

    /** The status in which the payment stays, as far as this payer's choice lets one expect. */
    private String awaitEnd(Choice choice) {
        // a card form that is sent again over the password's page counts there as a wrong password
        boolean money = choice.name().contains("CHARGED") || choice == Choice.PAY;
        if (choice == Choice.LEAVE) {
            return "INITIATED";
        }
        return until("status", () -> merchant.find(id), answer -> {
                    String status = answer.text("status");
                    // a page may have run out before the payer came back to it
                    return MONEY.contains(status) || (UNPAID.contains(status) && (!money || !status.equals("FAILED")));
                })
                .text("status");
    }

    private void ask(FollowUp kind, @Nullable BigDecimal amount) {
        String key = errand.cartId() + "-" + asked.size();
        String body = amount == null ? "" : "{\"amount\":\"" + amount.toPlainString() + "\"}";
        Merchant.Answer answer = until(
                kind.step(),
                () -> merchant.post("/payments/v2/" + id + "/" + kind.path, body, "Idempotency-Key", key),
                it -> it.status() == 200);
        asked.add(new Asked(
                kind,
                key,
                new BigDecimal(answer.text("amount")).stripTrailingZeros(),
                answer.text("state"),
                answer.json().path("tranRef").asText()));
    }

    /** Makes the call until its answer is an end; only answers that ask for a repetition are taken besides. */
    private Merchant.Answer until(
            String step, Supplier<Merchant.Answer> call, java.util.function.Predicate<Merchant.Answer> isEnd) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        String last = "none";
        for (int calls = 0; System.nanoTime() < end; calls++) {
            long wait = waits.nextInt(100, 400);
            try {
                Merchant.Answer answer = call.get();
                if (isEnd.test(answer)) {
                    tally.count("calls: " + step);
                    return answer;
                }
                last = answer.status() + " " + answer.raw().body();
                checkRepeatable(step, answer);
                if (!step.equals("status")) {
                    tally.count(step + " repeated after " + answer.status());
                }
                wait += 1000
                        * answer.raw().headers().firstValueAsLong("Retry-After").orElse(0);
            } catch (UncheckedIOException unreachable) {
                tally.count(step + " repeated after a broken connection");
            }
            tally.pause(Math.min(Math.max(1500, wait), wait * (1 + calls)));
        }
        throw new AssertionError(id + ": no end of " + step + " within " + PATIENCE + "; last answer: " + last);
    }

    /** 202: under way. 409: under way, or the key's first request is. 429 and 5xx: not now. */
    private void checkRepeatable(String step, Merchant.Answer answer) {
        String type = answer.json().path("type").asText();
        // the calm before the storm has shown how the gateway tells of each kind: nothing is left to a person
        boolean undecided = answer.json().path("undecided").asBoolean();
        boolean expected = (answer.status() == 202 && !undecided)
                || answer.status() == 429
                || answer.status() >= 500
                || (answer.status() == 409 && type.contains("in-progress"))
                || (answer.status() == 200 && step.equals("status"));
        if (!expected) {
            throw new AssertionError(errand.cartId() + ", " + id + ": " + step + " was answered with " + answer.status()
                    + " " + answer.raw().body());
        }
    }
}
