package io.nestcms.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.Locale;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** Runs {@link ClientCallBenchmark} with the allocation profiler and writes the table. */
public final class ClientOverhead {
    private ClientOverhead() {}

    /**
     * Runs and writes.
     *
     * @param args the file to write, the measured iterations of two seconds each, the forks, and how the machine was
     */
    public static void main(String[] args) throws RunnerException, IOException {
        int iterations = Integer.parseInt(args[1]);
        int forks = Integer.parseInt(args[2]);
        Collection<RunResult> results = new Runner(new OptionsBuilder()
                        .include("\\.ClientCallBenchmark\\.")
                        .forks(forks)
                        .warmupIterations(iterations)
                        .warmupTime(TimeValue.seconds(2))
                        .measurementIterations(iterations)
                        .measurementTime(TimeValue.seconds(2))
                        .jvmArgsAppend("-Xmx512m")
                        .addProfiler(GCProfiler.class)
                        .build())
                .run();
        StringBuilder page = new StringBuilder("# Client overhead\n\n"
                + "One new payment on a warm connection to a server on the same machine: the PayTabs client beside bare OkHttp and\n"
                + "Jackson with the same request. `x` is the multiple of the bare call.\n\n"
                + "- Made by `mvn -q -Pclient-overhead -pl nestcms-examples/benchmarks -am -DskipTests test`, on "
                + LocalDate.now(ZoneOffset.UTC) + ".\n- Machine: "
                + Runtime.getRuntime().availableProcessors() + " processors, Java "
                + System.getProperty("java.version") + "; " + args[3] + ".\n- " + forks + " fork(s), " + iterations
                + " iterations of 2 s after as many to warm up.\n\n"
                + "| | p50 us | p99 us | B/op | p50 x | B x |\n|---|---:|---:|---:|---:|---:|\n");
        RunResult bare = find(results, "okHttpAndJackson");
        for (RunResult each : new RunResult[] {bare, find(results, "nestcms")}) {
            page.append(String.format(
                    Locale.ROOT,
                    "| %s | %.1f | %.1f | %.0f | %.2f | %.2f |%n",
                    each.getPrimaryResult().getLabel(),
                    percentile(each, 50) / 1000,
                    percentile(each, 99) / 1000,
                    allocated(each),
                    percentile(each, 50) / percentile(bare, 50),
                    allocated(each) / allocated(bare)));
        }
        Path file = Path.of(args[0]);
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.writeString(file, page);
    }

    private static RunResult find(Collection<RunResult> results, String name) {
        return results.stream()
                .filter(each -> each.getPrimaryResult().getLabel().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static double percentile(RunResult result, double percent) {
        return result.getPrimaryResult().getStatistics().getPercentile(percent);
    }

    private static double allocated(RunResult result) {
        for (Result<?> each : result.getSecondaryResults().values()) {
            if (each.getLabel().endsWith("gc.alloc.rate.norm")) {
                return each.getScore();
            }
        }
        return Double.NaN;
    }
}
