package io.nestcms.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nestcms.payment.service.PaymentTimings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Payments and refunds under faults that never stop, with every wait as shipped: how long after its last call is each settled?
 * {@code mvn -q -Pstorm -pl nestcms-examples/end-to-end -am -DskipTests test} runs it and writes the second part of {@code
 * docs/chaos-run.md}.
 */
final class StormRun {
    static final String TITLE = "# Under faults that never stop";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration AUDIT = Duration.ofMinutes(10);
    private static final Duration ROUND = Duration.ofSeconds(10);
    private static final Duration REFUSED = Duration.ofSeconds(2);

    private final int payments;
    private final int concurrency;
    private final long seed;
    private final Path data;
    private final ChaosTally tally = new ChaosTally();

    private StormRun(int payments, int concurrency, long seed, Path data) {
        this.payments = payments;
        this.concurrency = concurrency;
        this.seed = seed;
        this.data = data;
    }

    /** How long something may stay unsettled after its last call. */
    static Duration limit() {
        return PaymentTimings.defaults().absenceAfter().plus(Duration.ofMinutes(1));
    }

    /** Takes: file for the report, data directory, payments, concurrency, seed. Ends with 1 if anything was late or disagrees. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        Path data = Files.createDirectories(Path.of(arguments[1]));
        StormRun run = new StormRun(
                Integer.parseInt(arguments[2]),
                Integer.parseInt(arguments[3]),
                Long.parseLong(arguments[4]),
                Files.createTempDirectory(data, "storm"));
        Result result = run.run();
        ChaosPage.write(Path.of(arguments[0]), run.page(result));
        result.wrong().forEach(System.out::println);
        System.out.println(
                run.payments + " payments, " + result.wrong().size() + " late or wrong; see " + arguments[0]);
        System.exit(result.wrong().isEmpty() ? 0 : 1);
    }

    /**
     * What came of it.
     *
     * @param waits how long each call took to be settled
     * @param wrong what was late, and what the gateway and the server disagree about
     * @param faults what went wrong at the gateway, by kind
     * @param took how long it took in all
     */
    private record Result(List<StormBuyer.Wait> waits, List<String> wrong, JsonNode faults, Duration took) {}

    private Result run() throws IOException, InterruptedException {
        ChaosStage.Setting setting =
                new ChaosStage.Setting(seed, List.of("--duplicates=same-type,120"), List.of(ChaosShop.AS_SHIPPED));
        try (ChaosStage stage = new ChaosStage(data, setting)) {
            Merchant merchant = Merchant.signIn(stage.shop(), Stage.MERCHANT, Stage.PASSWORD);
            long begun = System.nanoTime();
            odds(stage);
            List<StormBuyer> buyers = new ArrayList<>();
            for (int number = 0; number < payments; number++) {
                buyers.add(new StormBuyer(number, number % 2 == 0, merchant, tally));
            }
            List<ChaosBuyer.Story> stories = buyAll(stage, buyers);
            List<String> wrong = audit(stage, merchant, stories);
            List<StormBuyer.Wait> waits =
                    buyers.stream().flatMap(buyer -> buyer.waits().stream()).toList();
            waits.stream()
                    .filter(wait -> wait.time().compareTo(limit()) > 0)
                    .forEach(wait -> wrong.add(wait.cartId() + ": its " + wait.step() + " was settled after "
                            + wait.time().toSeconds() + " s"));
            tally.end();
            return new Result(
                    waits, wrong, stage.faults().path("happened"), Duration.ofNanos(System.nanoTime() - begun));
        } finally {
            tally.end();
        }
    }

    /** Of all that reaches the gateway, payers included. */
    private static void odds(ChaosStage stage) {
        odds(stage, 0.05, fault("drop-reply"));
        odds(stage, 0.03, fault("cut-reply").put("bytes", 150));
        odds(stage, 0.05, fault("status").put("status", 503));
        odds(stage, 0.05, fault("callback-lose"));
    }

    private static ObjectNode fault(String name) {
        return JSON.createObjectNode().put("fault", name);
    }

    private static void odds(ChaosStage stage, double share, ObjectNode fault) {
        stage.fault(fault.put("path", "*").put("share", share));
    }

    private List<ChaosBuyer.Story> buyAll(ChaosStage stage, List<StormBuyer> buyers) throws InterruptedException {
        ExecutorService threads = Executors.newFixedThreadPool(concurrency + 1);
        try {
            threads.execute(() -> closeThePort(stage));
            List<Callable<ChaosBuyer.Story>> buying = new ArrayList<>();
            buyers.forEach(buyer -> buying.add(buyer::buy));
            List<ChaosBuyer.Story> stories = new ArrayList<>();
            for (Future<ChaosBuyer.Story> story : threads.invokeAll(buying)) {
                stories.add(story.get());
            }
            return stories;
        } catch (ExecutionException failed) {
            throw new AssertionError("a buyer failed", failed.getCause());
        } finally {
            // the port goes on being closed while the books are compared: ended with the run
            threads.shutdown();
        }
    }

    private void closeThePort(ChaosStage stage) {
        while (!tally.isOver()) {
            tally.pause(ROUND.minus(REFUSED).toMillis());
            stage.fault(fault("refuse"));
            tally.pause(REFUSED.toMillis());
            stage.fault(fault("accept"));
        }
    }

    /** While it goes on. */
    private List<String> audit(ChaosStage stage, Merchant merchant, List<ChaosBuyer.Story> stories) {
        long begun = System.nanoTime();
        ChaosAudit audit = ChaosAudit.of(stage, merchant, stories);
        while (!audit.disagreements().isEmpty() && System.nanoTime() - begun < AUDIT.toNanos()) {
            tally.pause(2000);
            audit = ChaosAudit.of(stage, merchant, stories);
        }
        return new ArrayList<>(audit.disagreements());
    }

    private static final String HEAD = """
        %s

        %d payments and %d refunds, %d at once, with **every wait as shipped** (`PaymentTimings`, the PayTabs client, the reconciler)
        and a gateway that fails from the first call to the last: of all its replies 5 %% are dropped and 3 %% are cut off, 5 %% of all
        requests are answered with 503, 5 %% of its notifications are lost, and for two seconds of every ten its port refuses
        connections. Merchants and payers repeat what had no answer, with the same key. Measured is the time from the last call that
        somebody made (create, process, pay, refund) until the record knows how it ended: paid, given back, or provably not sent and
        so free to be sent again. The limit is `absenceAfter` and a minute, %d s.

        Made by

        ```sh
        mvn -q -Pstorm -pl nestcms-examples/end-to-end -am -DskipTests test
        ```

        with `-Dstorm.payments=%d -Dstorm.concurrency=%d -Dstorm.seed=%d`.

        ## Settled after its last call

        """;

    private String page(Result result) {
        StringBuilder page = new StringBuilder(String.format(
                Locale.ROOT,
                HEAD,
                TITLE,
                payments,
                payments / 2,
                concurrency,
                limit().toSeconds(),
                payments,
                concurrency,
                seed));
        page.append(
                result.wrong().isEmpty()
                        ? "**All in time, and ledger and records agree to the last unit**, compared while the faults"
                                + " went on.\n"
                        : "**" + result.wrong().size() + " late or wrong:**\n\n");
        result.wrong().forEach(each -> page.append("- ").append(each).append('\n'));
        page.append(String.format(
                Locale.ROOT, "%nIt took %d s in all.%n", result.took().toSeconds()));
        page.append("\n| call | count | at once | median | 9 of 10 | longest |\n|---|---:|---:|---:|---:|---:|\n");
        for (String step : StormBuyer.STEPS) {
            page.append(line(
                    step,
                    result.waits().stream()
                            .filter(wait -> wait.step().equals(step))
                            .map(StormBuyer.Wait::time)
                            .sorted()
                            .toList()));
        }
        ChaosPage.table(page, "What the faults did to it", "fault", ChaosPage.map(result.faults()));
        ChaosPage.table(page, "What merchants and payers saw", "what", tally.all());
        return page.toString();
    }

    private static String line(String step, List<Duration> times) {
        long atOnce = times.stream()
                .filter(time -> time.compareTo(Duration.ofSeconds(1)) < 0)
                .count();
        return String.format(
                Locale.ROOT,
                "| %s | %d | %d | %s | %s | %s |%n",
                step,
                times.size(),
                atOnce,
                at(times, 0.5),
                at(times, 0.9),
                at(times, 1));
    }

    private static String at(List<Duration> times, double share) {
        if (times.isEmpty()) {
            return "";
        }
        Duration time = times.get((int) Math.round(share * (times.size() - 1)));
        return String.format(Locale.ROOT, "%.1f s", time.toMillis() / 1000.0);
    }
}
