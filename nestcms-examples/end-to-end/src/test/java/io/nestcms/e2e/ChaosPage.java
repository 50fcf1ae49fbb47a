package io.nestcms.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The report of a chaos run, as it stands in {@code docs/chaos-run.md}. */
final class ChaosPage {
    private static final String HEAD = """
        # Chaos run

        %,d payments, %d at once, over real HTTP: a merchant's program signs in to the reference server, creates each payment with
        an `Idempotency-Key`, starts it, a payer pays, declines, cancels or leaves on the hosted page. Of two thirds the money is
        taken at once, and a third of these is given back in parts; of the others it is only held, and then captured, captured in
        parts, captured and given back, or voided, each step with a key of its own. Whatever has no answer is sent again with the
        same key. The server is a process of its own with its embedded database on disk, and is killed with SIGKILL %d times and
        started again. The PayTabs sandbox is a process of its own, and fails all the time; its clock is wrong by up to an hour,
        now ahead and now behind, and it lists captures, voids and refunds under their own carts only. Then the faults stop, the
        reconciler settles what is open, and the sandbox's ledger is laid beside the server's records.

        Before the faults begin one refund, one capture and one void are made, so that the server has seen that this gateway shows
        them under their own carts. From then on nothing may be left to a person.

        The server's waits are shortened from minutes to seconds (`ChaosShop`), in the same order; all else is as shipped.

        Made by

        ```sh
        mvn -q -Pchaos -pl nestcms-examples/end-to-end -am -DskipTests test
        ```

        with `-Dchaos.payments=%d -Dchaos.concurrency=%d -Dchaos.kills=%d -Dchaos.seed=%d`, the defaults being 2000, 32, 20 and 20261125.
        The seed fixes orders, choices, what follows them, odds and blows; which call meets which fault is up to the threads. A small
        run of the same programs is part of every build (`ChaosTest`).

        ## Result

        """;

    private ChaosPage() {}

    /** Puts one of the page's two parts in its place; the other stays as it is. */
    static void write(Path file, String part) throws IOException {
        String page = Files.exists(file) ? Files.readString(file) : "";
        int second = page.indexOf(StormRun.TITLE);
        boolean isSecond = part.startsWith(StormRun.TITLE);
        String first = isSecond ? page.substring(0, second < 0 ? page.length() : second) : part + "\n";
        Files.writeString(
                file,
                first.stripTrailing() + "\n"
                        + (isSecond ? "\n" + part : second < 0 ? "" : "\n" + page.substring(second)));
    }

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
                        ? "**Ledger and records agree to the last unit.** No cart was charged twice; every charge,"
                                + " hold, capture, void and\n"
                                + "refund is on record with its reference and amount; nothing is on record that did not"
                                + " happen; nothing is unsettled\n"
                                + "or left to a person; what happened was told to the listeners, and nothing else.\n"
                        : "**" + wrong.size() + " disagreements:**\n\n");
        wrong.forEach(each -> page.append("- ").append(each).append('\n'));
        page.append(String.format(
                Locale.ROOT,
                "%nThe payments took %s; all was settled %s after the faults had stopped (pages that were left open"
                        + " live for a minute).%n",
                seconds(result.buying()),
                seconds(result.settling())));
    }

    private static String seconds(Duration time) {
        return time.toSeconds() + " s";
    }

    private static void sums(StringBuilder page, ChaosAudit audit) {
        page.append("\n| currency | money | moves | ledger | records |\n|---|---|---:|---:|---:|\n");
        audit.sums().forEach((currency, sums) -> {
            total(page, currency, "taken", sums.taken);
            total(page, currency, "given back", sums.refunded);
            total(page, currency, "let go", sums.released);
            total(page, currency, "still held", sums.held);
        });
    }

    private static void total(StringBuilder page, String currency, String what, ChaosAudit.Total total) {
        page.append(String.format(
                Locale.ROOT,
                "| %s | %s | %d | %s | %s |%n",
                currency,
                what,
                total.count,
                text(total.ledger),
                text(total.records)));
    }

    private static String text(BigDecimal amount) {
        return amount.stripTrailingZeros().toPlainString();
    }

    static Map<String, Long> map(JsonNode json) {
        Map<String, Long> map = new java.util.TreeMap<>();
        json.properties()
                .forEach(entry -> map.put(entry.getKey(), entry.getValue().asLong()));
        return map;
    }

    static void table(StringBuilder page, String title, String what, Map<String, ? extends Number> rows) {
        page.append("\n## ").append(title).append("\n\n| ").append(what).append(" | count |\n|---|---:|\n");
        rows.forEach((name, count) ->
                page.append("| ").append(name).append(" | ").append(count).append(" |\n"));
    }
}
