package io.nestcms.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** Runs all benchmarks with the allocation profiler and writes the table. */
public final class Benchmarks {
    private final int iterations;
    private final int forks;
    private final StringBuilder page = new StringBuilder();

    private Benchmarks(int iterations, int forks) {
        this.iterations = iterations;
        this.forks = forks;
    }

    /**
     * Runs and writes.
     *
     * @param args the file to write, the measured iterations of a second each, the forks, and how the machine was
     */
    public static void main(String[] args) throws RunnerException, IOException {
        Path file = Path.of(args[0]);
        Benchmarks benchmarks = new Benchmarks(Integer.parseInt(args[1]), Integer.parseInt(args[2]));
        benchmarks.run(args[3]);
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.writeString(file, benchmarks.page);
    }

    private void run(String machine) throws RunnerException {
        page.append("# Benchmarks\n\n");
        line(
                "Circuit breakers and event bus beside their rivals, in one run. Lower is better. `cpu ns/op` is the processor time of");
        line(
                "one operation, all threads of the process together, which other work on the machine disturbs little; `x` is that time as a");
        line(
                "multiple of the row with 1.00; `ns/op` is the time by the clock; `B/op` is what one operation allocates.");
        line("");
        line("- Made by `mvn -q -Pbenchmarks -pl nestcms-examples/benchmarks -am -DskipTests test`, on "
                + LocalDate.now(ZoneOffset.UTC) + ".");
        line("- Machine: " + Runtime.getRuntime().availableProcessors() + " processors, Java "
                + System.getProperty("java.version") + ", " + System.getProperty("os.name") + "; " + machine + ".");
        line("- " + forks + " fork(s), " + iterations
                + " iterations of 1 s after as many to warm up; `±` is JMH's 99.9 % error.");
        for (int threads : new int[] {1, 4}) {
            for (String window : new String[] {"count", "time"}) {
                section(
                        "One protected call, circuit closed, " + window + " window, " + threads + " thread(s)",
                        measure(ClosedCallBenchmark.class, threads, "window", window),
                        "nestcmsCall");
            }
        }
        section("One call rejected by an open circuit", measure(RejectionBenchmark.class, 1, "", ""), "nestcmsPermit");
        for (String listeners : new String[] {"1", "3", "20"}) {
            section(
                    "One event to " + listeners + " synchronous listener(s)",
                    measure(PublishBenchmark.class, 1, "listeners", listeners),
                    "nestcms");
        }
        for (int producers : new int[] {1, 4}) {
            section(
                    "One event to an asynchronous listener, from publishing to handled, " + producers + " producer(s)",
                    measure(AsyncPublishBenchmark.class, producers, "", ""),
                    "nestcms");
        }
        line("");
        line("## How to read this");
        line("");
        line(
                "- Resilience4j always times calls. Its row is to be read beside `nestcmsSlowCallsWatched`, where NestCMS does the same");
        line("  work; beside `nestcmsCall` it shows what it costs that timing cannot be turned off.");
        line(
                "- Failsafe's stand-alone breaker has no slow calls, failure classes or generations. It does not count rejections either;");
        line("  counting them is about what a rejection costs more here.");
        line(
                "- Guava's, greenrobot's and MBassador's buses find listeners by annotation and call them by reflection or a handle.");
        line(
                "- Guava's asynchronous bus has an unbounded queue, the others here one of 8,192. In the asynchronous sections the");
        line(
                "  producers spin until all is handled, and spinning is processor time too: on a busy machine they say little.");
        line("- Of their own: [the webhook verifier](webhook-benchmarks.md), [MongoDB](mongo-benchmarks.md),");
        line("  [the PayTabs client](client-overhead.md).");
    }

    private Collection<RunResult> measure(Class<?> benchmark, int threads, String param, String value)
            throws RunnerException {
        OptionsBuilder options = new OptionsBuilder();
        options.include("\\." + benchmark.getSimpleName() + "\\.")
                .threads(threads)
                .forks(forks)
                .warmupIterations(iterations)
                .warmupTime(TimeValue.seconds(1))
                .measurementIterations(iterations)
                .measurementTime(TimeValue.seconds(1))
                .jvmArgsAppend("-Xmx512m")
                .addProfiler(GCProfiler.class)
                .addProfiler(CpuTimeProfiler.class);
        if (!param.isEmpty()) {
            options.param(param, value);
        }
        Options built = options.build();
        return new Runner(built).run();
    }

    private void section(String title, Collection<RunResult> results, String reference) {
        List<RunResult> rows = new ArrayList<>(results);
        rows.sort(Comparator.comparingDouble(row -> secondary(row, CpuTimeProfiler.LABEL)));
        double ours = rows.stream()
                .filter(row -> name(row).equals(reference))
                .mapToDouble(row -> secondary(row, CpuTimeProfiler.LABEL))
                .findFirst()
                .orElse(Double.NaN);
        line("");
        line("## " + title);
        line("");
        line("| | cpu ns/op | x | ns/op | ± | B/op |");
        line("|---|---:|---:|---:|---:|---:|");
        for (RunResult row : rows) {
            line(String.format(
                    Locale.ROOT,
                    "| %s | %.1f | %.2f | %.1f | %.1f | %.0f |",
                    name(row),
                    secondary(row, CpuTimeProfiler.LABEL),
                    secondary(row, CpuTimeProfiler.LABEL) / ours,
                    row.getPrimaryResult().getScore(),
                    row.getPrimaryResult().getScoreError(),
                    secondary(row, "gc.alloc.rate.norm")));
        }
    }

    private static String name(RunResult row) {
        return row.getPrimaryResult().getLabel();
    }

    private static double secondary(RunResult row, String label) {
        for (Result<?> each : row.getSecondaryResults().values()) {
            if (each.getLabel().endsWith(label)) {
                return each.getScore();
            }
        }
        return Double.NaN;
    }

    private void line(String text) {
        page.append(text).append('\n');
    }
}
