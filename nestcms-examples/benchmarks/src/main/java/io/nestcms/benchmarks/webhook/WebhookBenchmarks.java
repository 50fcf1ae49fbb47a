package io.nestcms.benchmarks.webhook;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** Runs {@link VerifyBenchmark} with the allocation profiler and writes the table. */
public final class WebhookBenchmarks {
    private static final String REFERENCE = "bareHmacReused";

    private WebhookBenchmarks() {}

    /**
     * Runs and writes.
     *
     * @param args the file to write, the measured iterations of a second each, the forks, and how the machine was
     */
    public static void main(String[] args) throws RunnerException, IOException {
        int iterations = Integer.parseInt(args[1]);
        int forks = Integer.parseInt(args[2]);
        StringBuilder page = new StringBuilder("# Verifying a webhook\n\n")
                .append(
                        "One genuine message. `x` is the time as a multiple of the bare HMAC with a kept `Mac`; `B/op` is what one\n")
                .append(
                        "verification allocates. With more threads, it is what all of them do together that is measured: the mean of their\n")
                .append(
                        "times would tell how evenly the system shares its processors. The rivals check signature and time; NestCMS also size, source address and headers, and\n")
                .append("`WithJson` reads the body strictly to its end.\n\n")
                .append(
                        "- Made by `mvn -q -Pwebhook-benchmarks -pl nestcms-examples/benchmarks -am -DskipTests test`, on ")
                .append(LocalDate.now(ZoneOffset.UTC))
                .append(".\n- Machine: ")
                .append(Runtime.getRuntime().availableProcessors())
                .append(" processors, Java ")
                .append(System.getProperty("java.version"))
                .append("; ")
                .append(args[3])
                .append(".\n- ")
                .append(forks + " fork(s), " + iterations + " iterations of 1 s after as many to warm up.\n");
        for (int threads : new int[] {1, 4}) {
            for (String bytes : new String[] {"256", "1024", "16384", "262144"}) {
                page.append("\n## " + bytes + " bytes, " + threads + " thread(s)\n\n")
                        .append("| | " + (threads == 1 ? "ns/op" : "ops/ms")
                                + " | ± | B/op | x |\n|---|---:|---:|---:|---:|\n");
                rows(page, measure(bytes, threads, iterations, forks));
            }
        }
        Path file = Path.of(args[0]);
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.writeString(file, page);
    }

    private static List<RunResult> measure(String bytes, int threads, int iterations, int forks)
            throws RunnerException {
        List<RunResult> results = new ArrayList<>(new Runner(new OptionsBuilder()
                        .include("\\.VerifyBenchmark\\.")
                        .param("bytes", bytes)
                        .threads(threads)
                        .mode(threads == 1 ? Mode.AverageTime : Mode.Throughput)
                        .timeUnit(threads == 1 ? TimeUnit.NANOSECONDS : TimeUnit.MILLISECONDS)
                        .forks(forks)
                        .warmupIterations(iterations)
                        .warmupTime(TimeValue.seconds(1))
                        .measurementIterations(iterations)
                        .measurementTime(TimeValue.seconds(1))
                        .jvmArgsAppend("-Xmx512m")
                        .addProfiler(GCProfiler.class)
                        .build())
                .run());
        results.sort(Comparator.comparingDouble(WebhookBenchmarks::nanos));
        return results;
    }

    private static void rows(StringBuilder page, List<RunResult> results) {
        double reference = results.stream()
                .filter(row -> row.getPrimaryResult().getLabel().equals(REFERENCE))
                .mapToDouble(WebhookBenchmarks::nanos)
                .findFirst()
                .orElse(Double.NaN);
        for (RunResult row : results) {
            page.append(String.format(
                    Locale.ROOT,
                    "| %s | %.0f | %.0f | %.0f | %.2f |%n",
                    row.getPrimaryResult().getLabel(),
                    score(row),
                    row.getPrimaryResult().getScoreError(),
                    allocated(row),
                    nanos(row) / reference));
        }
    }

    private static double score(RunResult row) {
        return row.getPrimaryResult().getScore();
    }

    /** The time of one call, on all processors together where calls in a time were counted. */
    private static double nanos(RunResult row) {
        boolean counted = row.getParams().getMode() == Mode.Throughput;
        return counted ? TimeUnit.MILLISECONDS.toNanos(1) / score(row) : score(row);
    }

    private static double allocated(RunResult row) {
        for (Result<?> each : row.getSecondaryResults().values()) {
            if (each.getLabel().endsWith("gc.alloc.rate.norm")) {
                return each.getScore();
            }
        }
        return Double.NaN;
    }
}
