package io.nestcms.e2e;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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
    private static final Set<String> MONEY = Set.of("SUCCEEDED", "PARTIALLY_REFUNDED", "REFUNDED");
    private static final Set<String> FINAL =
            Set.of("SUCCEEDED", "FAILED", "EXPIRED", "CANCELLED", "PARTIALLY_REFUNDED", "REFUNDED");

    /** No single step takes longer, whatever happens around it; one that does has hung, and the run has failed. */
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private final int number;
    private final Random random;
    private final Merchant merchant;
    private final Payer payer;
    private final ChaosStage stage;
    private final ChaosTally tally;
    private final List<Refund> refunds = new ArrayList<>();
    private String id = "";

    /** What the payer does on the page. */
    private enum Choice {
        PAY(60),
        PAY_WITH_PASSWORD(8),
        DECLINED(9),
        CANCEL(8),
        LEAVE(4),
        DECLINED_BUT_CHARGED(5),
        PENDING_THEN_CHARGED(4),
        PENDING_THEN_DECLINED(2);

        private final int share;

        Choice(int share) {
            this.share = share;
        }

        static Choice draw(Random random) {
            int left = random.nextInt(
                    Arrays.stream(values()).mapToInt(it -> it.share).sum());
            for (Choice choice : values()) {
                left -= choice.share;
                if (left < 0) {
                    return choice;
                }
            }
            throw new IllegalStateException("the shares add up");
        }
    }

    /** A refund that was asked for, and what the merchant was told at last. */
    record Refund(String key, BigDecimal amount, String state, String tranRef) {
        /** Its answer was lost before the profile had shown any refund: a person decides. */
        static final String UNDECIDED = "UNDECIDED";
    }

    /** What the merchant knows of the payment at the end. */
    record Story(String cartId, String id, BigDecimal amount, String currency, List<Refund> refunds) {}

    ChaosBuyer(int number, long seed, Merchant merchant, Payer payer, ChaosStage stage, ChaosTally tally) {
        this.number = number;
        // one generator for all buyers' seeds: those of neighbours would draw alike
        this.random = new Random(new Random(seed + number).nextLong() ^ ((long) number << 20));
        this.merchant = merchant;
        this.payer = payer;
        this.stage = stage;
        this.tally = tally;
    }

    Story buy() {
        String cartId = "CART-" + number;
        String currency = List.of("KWD", "SAR", "USD", "JPY").get(random.nextInt(4));
        BigDecimal amount = BigDecimal.valueOf(random.nextInt(1, 500_000), decimals(currency));
        Choice choice = Choice.draw(random);
        ObjectNode order = Merchant.order(cartId, amount.toPlainString(), currency);
        id = create(cartId, order);
        boolean again = random.nextInt(10) == 0;
        String page = process();
        if (page != null && choice != Choice.LEAVE) {
            act(page, choice);
        }
        if (again && !create(cartId, order).equals(id)) {
            throw new AssertionError(cartId + ": the same key made another payment");
        }
        if (MONEY.contains(awaitEnd(choice)) && random.nextInt(100) < 35) {
            giveBack(amount);
        }
        tally.oneMoreFinished();
        return new Story(cartId, id, amount, currency, List.copyOf(refunds));
    }

    private static int decimals(String currency) {
        return java.util.Currency.getInstance(currency).getDefaultFractionDigits();
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
        if (shown.statusCode() == 200 && random.nextInt(3) > 0) {
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
            tally.pause(random.nextInt(100, 500));
        }
        throw new AssertionError(id + ": the page did not answer");
    }

    /** The gateway finds out later what became of the card payment. */
    private void turns(Choice choice) {
        tally.pause(random.nextInt(100, 2000));
        for (var transaction : stage.ledger(Stage.cart("CART-" + number)).path("transactions")) {
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
                    return FINAL.contains(status) && (!money || !status.equals("FAILED"));
                })
                .text("status");
    }

    private void giveBack(BigDecimal amount) {
        int parts = random.nextInt(1, 4);
        BigDecimal part = amount.divide(BigDecimal.valueOf(4), amount.scale(), RoundingMode.DOWN);
        for (int i = 0; i < parts && part.signum() > 0; i++) {
            // the first two are of one amount: the gateway takes them for duplicates, and we must tell them apart
            BigDecimal wish = i < 2 ? part : part.add(BigDecimal.ONE.movePointLeft(amount.scale()));
            String key = "CART-" + number + "-r" + i;
            Merchant.Answer answer = until(
                    "refund",
                    () -> merchant.post(
                            "/payments/v2/" + id + "/refunds",
                            "{\"amount\":\"" + wish.toPlainString() + "\"}",
                            "Idempotency-Key",
                            key),
                    it -> it.status() == 200 || it.json().path("undecided").asBoolean());
            refunds.add(new Refund(
                    key,
                    wish,
                    answer.json().path("undecided").asBoolean() ? Refund.UNDECIDED : answer.text("state"),
                    answer.json().path("tranRef").asText()));
        }
    }

    /** Makes the call until its answer is an end; only answers that ask for a repetition are taken besides. */
    private Merchant.Answer until(
            String step, Supplier<Merchant.Answer> call, java.util.function.Predicate<Merchant.Answer> isEnd) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        String last = "none";
        for (int calls = 0; System.nanoTime() < end; calls++) {
            long wait = random.nextInt(100, 400);
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
        boolean expected = answer.status() == 202
                || answer.status() == 429
                || answer.status() >= 500
                || (answer.status() == 409 && type.contains("in-progress"))
                || (answer.status() == 200 && step.equals("status"));
        if (!expected) {
            throw new AssertionError("CART-" + number + ", " + id + ": " + step + " was answered with "
                    + answer.status() + " " + answer.raw().body());
        }
    }
}
