package io.nestcms.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The report of a chaos run, as it stands in {@code docs/chaos-run.md}. */
final class ChaosPage {
    private static final String HEAD = """
            # Chaos run

            %,d payments, %d at once, over real HTTP: a merchant's program signs in to the reference server, creates each payment with
            an `Idempotency-Key`, starts it, a payer pays, declines, cancels or leaves on the hosted page, and a third of the paid ones
            is given back in parts, each part with a key of its own. Whatever has no answer is sent again with the same key. The server
            is a process of its own with its embedded database on disk, and is killed with SIGKILL %d times and started again. The
            PayTabs sandbox is a process of its own, and fails all the time. Then the faults stop, the reconciler settles what is open, and the
            sandbox's ledger is laid beside the server's records.

            The server's waits are shortened from minutes to seconds (`ChaosShop`), in the same order; all else is as shipped.

            Made by

            ```sh
            mvn -q -Pchaos -pl nestcms-examples/end-to-end -am -DskipTests test
            ```

            with `-Dchaos.payments=%d -Dchaos.concurrency=%d -Dchaos.kills=%d -Dchaos.seed=%d`, the defaults being 2000, 32, 10 and 20261125.
            The seed fixes orders, choices, refunds, odds and blows; which call meets which fault is up to the threads. A small run of the same
            programs is part of every build (`ChaosTest`).

            ## Result

            """;

    private ChaosPage() {}

    static String of(ChaosPlan plan, ChaosRun.Result result) {
        StringBuilder page = new StringBuilder(String.format(
                Locale.ROOT,
                HEAD,
                plan.payments(),
                plan.concurrency(),
                plan.kills(),
                plan.payments(),
                plan.concurrency(),
                plan.kills(),
                plan.seed()));
        result(page, result);
        sums(page, result.audit());
        table(page, "Payments at the end", "status", result.audit().statuses());
        table(page, "What failed at the gateway", "fault", map(result.faults()));
        table(
                page,
                "What the merchant and its payers saw",
                "what",
                result.tally().all());
        table(page, "Requests that reached the gateway", "path", map(result.requests()));
        return page.toString();
    }

    private static void result(StringBuilder page, ChaosRun.Result result) {
        List<String> wrong = result.audit().disagreements();
        page.append(
                wrong.isEmpty()
                        ? "**Ledger and records agree to the last unit.** No cart was charged twice; every charge and every refund is on\n"
                                + "record with its reference and amount; nothing is on record that did not happen; no payment and no refund is\n"
                                + "unsettled; every payment's creation and success was told to the listeners.\n"
                        : "**" + wrong.size() + " disagreements:**\n\n");
        wrong.forEach(each -> page.append("- ").append(each).append('\n'));
        page.append(String.format(
                Locale.ROOT,
                "%nThe payments took %s; all was settled %s after the faults had stopped (pages that were left open live for a"
                        + " minute).%n",
                seconds(result.buying()),
                seconds(result.settling())));
    }

    private static String seconds(Duration time) {
        return time.toSeconds() + " s";
    }

    private static void sums(StringBuilder page, ChaosAudit audit) {
        page.append(
                        "\n| currency | charges | charged, ledger | charged, records | refunds | refunded, ledger | refunded, records |\n")
                .append("|---|---:|---:|---:|---:|---:|---:|\n");
        audit.sums()
                .forEach((currency, sums) -> page.append(String.format(
                        Locale.ROOT,
                        "| %s | %d | %s | %s | %d | %s | %s |%n",
                        currency,
                        sums.charges,
                        text(sums.charged),
                        text(sums.recorded),
                        sums.refunds,
                        text(sums.refunded),
                        text(sums.refundsRecorded))));
    }

    private static String text(BigDecimal amount) {
        return amount.stripTrailingZeros().toPlainString();
    }

    private static Map<String, Long> map(JsonNode json) {
        Map<String, Long> map = new java.util.TreeMap<>();
        json.properties()
                .forEach(entry -> map.put(entry.getKey(), entry.getValue().asLong()));
        return map;
    }

    private static void table(StringBuilder page, String title, String what, Map<String, ? extends Number> rows) {
        page.append("\n## ").append(title).append("\n\n| ").append(what).append(" | count |\n|---|---:|\n");
        rows.forEach((name, count) ->
                page.append("| ").append(name).append(" | ").append(count).append(" |\n"));
    }
}
