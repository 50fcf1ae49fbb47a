package io.nestcms.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import io.nestcms.e2e.ChaosErrand.Choice;
import io.nestcms.e2e.ChaosErrand.Sequel;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Payments over real HTTP and real processes while everything around them breaks; at the end the gateway's ledger and the
 * server's records are compared. {@code mvn -q -Pchaos -pl nestcms-examples/end-to-end -am -DskipTests test} runs it and writes
 * {@code docs/chaos-run.md}.
 */
final class ChaosRun {
    private static final Duration SETTLING = Duration.ofMinutes(20);

    private final ChaosPlan plan;
    private final Path data;
    private final ChaosTally tally = new ChaosTally();

    ChaosRun(ChaosPlan plan, Path data) {
        this.plan = plan;
        this.data = data;
    }

    /**
     * What came of a run.
     *
     * @param audit the comparison at the end
     * @param tally what happened on the way
     * @param faults what went wrong at the gateway, by kind
     * @param requests what reached the gateway, by path
     * @param buying how long the payments took
     * @param settling how long it took from the end of the faults until all agreed
     */
    record Result(
            ChaosAudit audit,
            ChaosTally tally,
            JsonNode faults,
            JsonNode requests,
            Duration buying,
            Duration settling) {}

    /** Takes: file for the report, data directory, payments, concurrency, kills, seed. Ends with 1 if anything disagrees. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        ChaosPlan plan = new ChaosPlan(
                Integer.parseInt(arguments[2]),
                Integer.parseInt(arguments[3]),
                Integer.parseInt(arguments[4]),
                Long.parseLong(arguments[5]),
                Duration.ofSeconds(60));
        Path data = Files.createDirectories(Path.of(arguments[1]));
        Result result = new ChaosRun(plan, Files.createTempDirectory(data, "run")).run();
        ChaosPage.write(Path.of(arguments[0]), ChaosPage.of(plan, result));
        List<String> wrong = result.audit().disagreements();
        wrong.forEach(System.out::println);
        System.out.println(plan.payments() + " payments, " + wrong.size() + " disagreements; see " + arguments[0]);
        System.exit(wrong.isEmpty() ? 0 : 1);
    }

    Result run() throws IOException, InterruptedException {
        try (ChaosStage stage = new ChaosStage(data, plan.setting())) {
            Merchant merchant = Merchant.signIn(stage.shop(), Stage.MERCHANT, Stage.PASSWORD);
            long begun = System.nanoTime();
            List<ChaosBuyer.Story> stories = buyAll(stage, merchant);
            long bought = System.nanoTime();
            JsonNode faults = stage.faults().path("happened");
            stage.clearFaults();
            // reading every record is work for the server too: not before it has told what it knows
            while (ChaosAudit.waiting(merchant) > 0 && System.nanoTime() - bought < SETTLING.toNanos()) {
                tally.pause(1000);
            }
            ChaosAudit audit = ChaosAudit.of(stage, merchant, stories);
            while (!audit.disagreements().isEmpty() && System.nanoTime() - bought < SETTLING.toNanos()) {
                tally.pause(5000);
                audit = ChaosAudit.of(stage, merchant, stories);
            }
            return new Result(
                    audit,
                    tally,
                    faults,
                    stage.ledger().path("requests"),
                    Duration.ofNanos(bought - begun),
                    Duration.ofNanos(System.nanoTime() - bought));
        } finally {
            tally.end();
        }
    }

    /**
     * One of each kind while nothing fails: the profile shows that it lists follow-ups under their own carts. From then on no
     * capture, void or refund may stay undecided, whatever is lost.
     */
    private List<ChaosBuyer.Story> calm(ChaosStage stage, Merchant merchant, Payer payer) {
        List<ChaosBuyer.Story> stories = new ArrayList<>();
        for (Sequel sequel : List.of(Sequel.GIVE_BACK, Sequel.CAPTURE, Sequel.VOID)) {
            ChaosErrand errand = ChaosErrand.of("calm-" + sequel, new BigDecimal("100.00"), "SAR", Choice.PAY, sequel);
            stories.add(new ChaosBuyer(errand, merchant, payer, stage, tally).buy());
        }
        for (ChaosBuyer.FollowUp kind : ChaosBuyer.FollowUp.values()) {
            Stage.eventually().until(() -> stage.heard().contains(ChaosShop.shown(kind.name())));
        }
        return stories;
    }

    private List<ChaosBuyer.Story> buyAll(ChaosStage stage, Merchant merchant) throws InterruptedException {
        Payer payer = new Payer();
        List<ChaosBuyer.Story> stories = new ArrayList<>(calm(stage, merchant, payer));
        ChaosWeather weather = new ChaosWeather(plan, stage, tally);
        weather.begin();
        ExecutorService threads = Executors.newFixedThreadPool(plan.concurrency() + 1);
        try {
            Future<?> storm = threads.submit(weather);
            List<Callable<ChaosBuyer.Story>> buyers = new ArrayList<>();
            for (int number = 0; number < plan.payments(); number++) {
                ChaosErrand errand = ChaosErrand.draw(number, plan.seed());
                ChaosBuyer buyer = new ChaosBuyer(errand, merchant, payer, stage, tally);
                buyers.add(buyer::buy);
            }
            for (Future<ChaosBuyer.Story> buying : threads.invokeAll(buyers)) {
                stories.add(buying.get());
            }
            storm.get();
            return stories;
        } catch (ExecutionException failed) {
            tally.end();
            throw new AssertionError("a buyer or the weather failed", failed.getCause());
        } finally {
            threads.shutdownNow();
        }
    }
}
