package io.nestcms.benchmarks.webhook;

import com.sun.management.ThreadMXBean;
import io.nestcms.benchmarks.webhook.VerifyBenchmark.OwnMac;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;

/**
 * What a verification costs as a multiple of the bare HMAC, for a machine that has other work: the three take turns in short rounds,
 * and what is counted is the processor time of the thread. The tenth part of the rounds that were fastest tells.
 */
public final class VerifyRatios {
    private static final int CALLS = 4000;
    private static final int WARM_UP = 40;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final int rounds;
    private Object last = "";

    VerifyRatios(int rounds) {
        this.rounds = rounds;
    }

    /**
     * Prints the table.
     *
     * @param args the rounds, of 4000 calls each
     */
    public static void main(String[] args) throws Exception {
        new VerifyRatios(Integer.parseInt(args[0])).print(System.out);
    }

    void print(PrintStream out) throws Exception {
        out.println("| | bytes | ns | B | x |");
        out.println("|---|---:|---:|---:|---:|");
        for (int bytes : new int[] {256, 1024}) {
            print(out, bytes);
        }
    }

    private void print(PrintStream out, int bytes) throws Exception {
        VerifyBenchmark benchmark = new VerifyBenchmark();
        benchmark.bytes = bytes;
        benchmark.signForEverybody();
        OwnMac mac = new OwnMac();
        mac.setUp();
        List<String> names = List.of("bareHmacReused", "nestcmsPayTabs", "nestcmsPayTabsWithJson");
        List<Callable<Object>> calls = List.of(
                () -> benchmark.bareHmacReused(mac), benchmark::nestcmsPayTabs, benchmark::nestcmsPayTabsWithJson);
        long[][] nanos = new long[calls.size()][rounds];
        long[] allocated = new long[calls.size()];
        for (int round = -WARM_UP; round < rounds; round++) {
            for (int i = 0; i < calls.size(); i++) {
                long bytesBefore = threads.getCurrentThreadAllocatedBytes();
                long before = threads.getCurrentThreadCpuTime();
                call(calls.get(i));
                if (round >= 0) {
                    nanos[i][round] = threads.getCurrentThreadCpuTime() - before;
                    allocated[i] = threads.getCurrentThreadAllocatedBytes() - bytesBefore;
                }
            }
        }
        for (int i = 0; i < calls.size(); i++) {
            double time = fastTenth(nanos[i]);
            double perCall = (double) allocated[i] / CALLS;
            double ratio = time / fastTenth(nanos[0]);
            out.printf(Locale.ROOT, "| %s | %d | %.0f | %.0f | %.2f |%n", names.get(i), bytes, time, perCall, ratio);
        }
    }

    private void call(Callable<Object> call) throws Exception {
        for (int i = 0; i < CALLS; i++) {
            last = call.call();
        }
    }

    private double fastTenth(long[] nanos) {
        long[] sorted = nanos.clone();
        Arrays.sort(sorted);
        return (double) sorted[rounds / 10] / CALLS;
    }

    /** What the last call gave, so that no call is done away with. */
    Object last() {
        return last;
    }
}
