package io.nestcms.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import io.nestcms.e2e.ChaosErrand.Choice;
import io.nestcms.e2e.ChaosErrand.Sequel;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** One payment and perhaps its refund, under faults: each call is timed until the record knows how it ended. */
final class StormBuyer {
    static final List<String> STEPS = List.of("process", "pay", "refund");

    /** After so long somebody has hung, and the run has failed. */
    private static final Duration PATIENCE = Duration.ofMinutes(30);

    private static final Set<String> UNDER_WAY = Set.of("SENDING", "UNKNOWN", "PENDING");

    private final ChaosErrand errand;
    private final Merchant merchant;
    private final Payer payer = new Payer();
    private final ChaosTally tally;
    private final List<Wait> waits = new ArrayList<>();
    private String id = "";

    /** How long a call was unsettled after it had returned. */
    record Wait(String cartId, String step, Duration time) {}

    StormBuyer(int number, boolean givesBack, Merchant merchant, ChaosTally tally) {
        this.errand = ChaosErrand.of(
                Integer.toString(number),
                BigDecimal.valueOf(1000L + number, 2),
                "SAR",
                Choice.PAY,
                givesBack ? Sequel.GIVE_BACK : Sequel.KEEP);
        this.merchant = merchant;
        this.tally = tally;
    }

    /** Of a buyer that is through. */
    List<Wait> waits() {
        return List.copyOf(waits);
    }

    ChaosBuyer.Story buy() {
        id = merchant.create(
                        errand.cartId(),
                        Merchant.order(errand.cartId(), errand.amount().toPlainString(), errand.currency()))
                .text("id");
        pay(process());
        List<ChaosBuyer.Asked> asked =
                errand.sequel() == Sequel.GIVE_BACK ? List.of(giveBack(errand.amount())) : List.of();
        tally.oneMoreFinished();
        return new ChaosBuyer.Story(errand, id, asked);
    }

    private String process() {
        return repeated("process", () -> {
            Merchant.Answer answer = merchant.process(id);
            long asked = System.nanoTime();
            tally.count("process: " + answer.status());
            if (answer.status() == 200) {
                settled("process", asked);
                return answer.text("redirectUrl");
            }
            if (answer.status() == 202) {
                awaited(() -> !merchant.status(id).equals("UNKNOWN"));
                settled("process", asked);
            }
            return null;
        });
    }

    private void pay(String page) {
        repeated("pay", () -> {
            try {
                HttpResponse<String> shown = payer.post(URI.create(page), Payer.card(Payer.APPROVED));
                tally.count("page: " + shown.statusCode());
                return shown.statusCode() < 500 ? "paid" : null;
            } catch (UncheckedIOException unreachable) {
                tally.count("page: no answer");
                return null;
            }
        });
        long paid = System.nanoTime();
        awaited(() -> merchant.status(id).equals("SUCCEEDED"));
        settled("pay", paid);
    }

    private ChaosBuyer.Asked giveBack(BigDecimal amount) {
        String key = errand.cartId() + "-0";
        JsonNode done = repeated("refund", () -> {
            Merchant.Answer answer = merchant.post(
                    "/payments/v2/" + id + "/refunds",
                    "{\"amount\":\"" + amount.toPlainString() + "\"}",
                    "Idempotency-Key",
                    key);
            long asked = System.nanoTime();
            tally.count("refund: " + answer.status());
            if (answer.status() == 503) {
                return null;
            }
            awaited(() -> !UNDER_WAY.contains(refund().path("state").asText()));
            settled("refund", asked);
            JsonNode refund = refund();
            return refund.path("state").asText().equals("NOT_SENT") ? null : refund;
        });
        return new ChaosBuyer.Asked(
                ChaosBuyer.FollowUp.REFUND,
                key,
                amount.stripTrailingZeros(),
                done.path("state").asText(),
                done.path("tranRef").asText());
    }

    private JsonNode refund() {
        return merchant.find(id).json().path("followUps").path(0);
    }

    private void settled(String step, long since) {
        waits.add(new Wait(errand.cartId(), step, Duration.ofNanos(System.nanoTime() - since)));
    }

    /** Until it gives something; what gave nothing is free to be asked for again. */
    private <T> T repeated(String step, Supplier<T> call) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < end) {
            T given = call.get();
            if (given != null) {
                return given;
            }
            tally.pause(1000);
        }
        throw new AssertionError(errand.cartId() + ": no end of " + step + " within " + PATIENCE + ": "
                + merchant.find(id).raw().body());
    }

    private void awaited(BooleanSupplier isSettled) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!isSettled.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError(errand.cartId() + " is not settled after " + PATIENCE + ": "
                        + merchant.find(id).raw().body());
            }
            tally.pause(250);
        }
    }
}
