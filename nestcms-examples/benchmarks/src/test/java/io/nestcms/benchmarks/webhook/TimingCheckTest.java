package io.nestcms.benchmarks.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** The statistics and the procedure, on times that are made up: nothing here depends on how fast the machine is. */
class TimingCheckTest {
    private static final String RIGHT = "0123456789abcdef".repeat(4);

    private final SplittableRandom random = new SplittableRandom(7);
    private final AtomicLong clock = new AtomicLong();
    private final ByteArrayOutputStream report = new ByteArrayOutputStream();

    @Test
    void t_knownValue() {
        TwoClasses classes = classes(new long[] {1, 2, 3}, new long[] {4, 5, 6});

        assertThat(classes.t()).isCloseTo(3.674, offset(0.001));
        assertThat(classes.tells()).isFalse();
    }

    @Test
    void t_slowestTenth_isCutOff() {
        TwoClasses classes = classes(new long[] {1, 2, 3, 1, 2}, new long[] {4, 5, 6, 5, 1_000_000});

        assertThat(classes.t()).isCloseTo(5.779, offset(0.001));
        assertThat(classes.tells()).isTrue();
    }

    @Test
    void tells_sameDistribution_no() {
        for (int round = 0; round < 50; round++) {
            assertThat(noise(0).tells()).isFalse();
        }
    }

    /** Twenty nanoseconds in a noise of hundreds. */
    @Test
    void tells_smallShift_yes() {
        for (int round = 0; round < 50; round++) {
            assertThat(noise(20).tells()).isTrue();
        }
    }

    @Test
    void tells_allTimesTheSame_no() {
        TwoClasses classes = new TwoClasses(100);
        for (int i = 0; i < 100; i++) {
            classes.add(i % 2 == 0, 5);
        }

        assertThat(classes.t()).isZero();
    }

    @Test
    void run_noTimePasses_isBlindAndSaysSo() {
        boolean passed = TimingCheck.of(100, () -> 0).run(print());

        assertThat(passed).isFalse();
        assertThat(report.toString(StandardCharsets.UTF_8))
                .contains("refusal, 0 and 1 of 32", "refusal, 0 and 16 of 32", "refusal, 0 and 31 of 32")
                .contains("|t| = 0.00 over 100 samples: nothing to be seen")
                .endsWith("verdict: the check is blind, take more samples" + System.lineSeparator());
    }

    @Test
    void tells_timeThatGrowsWithEachMatchingByte_isFoundOut() {
        TimingCheck check = TimingCheck.of(2000, clock::get);

        boolean leaks = check.tells(print(), "made up", 31, forgery -> {
            clock.addAndGet(1000 + random.nextInt(200) + TimingCheck.stopsEarly(check.right(), forgery.text()));
            return 0;
        });
        boolean constant = check.tells(print(), "made up", 31, forgery -> {
            clock.addAndGet(1000 + random.nextInt(200) + 64);
            return 0;
        });

        assertThat(leaks).isTrue();
        assertThat(constant).isFalse();
    }

    @Test
    void forged_hasAsManyRightBytesAsAskedFor() {
        byte[] right = RIGHT.getBytes(StandardCharsets.US_ASCII);
        for (int bytes = 0; bytes < 32; bytes++) {
            byte[] forged = TimingCheck.forged(RIGHT, bytes, random).getBytes(StandardCharsets.US_ASCII);

            assertThat(forged).hasSize(64);
            assertThat(TimingCheck.stopsEarly(right, forged)).isEqualTo(2 * bytes);
        }
        assertThat(TimingCheck.stopsEarly(right, right)).isEqualTo(64);
    }

    private static TwoClasses classes(long[] first, long[] second) {
        TwoClasses classes = new TwoClasses(first.length + second.length);
        Arrays.stream(first).forEach(time -> classes.add(false, time));
        Arrays.stream(second).forEach(time -> classes.add(true, time));
        return classes;
    }

    private TwoClasses noise(int shift) {
        TwoClasses classes = new TwoClasses(20_000);
        for (int i = 0; i < 20_000; i++) {
            boolean second = random.nextBoolean();
            // now and then the scheduler comes in between
            long interrupted = random.nextInt(50) == 0 ? random.nextInt(1_000_000) : 0;
            classes.add(second, 1000 + random.nextInt(200) + interrupted + (second ? shift : 0));
        }
        return classes;
    }

    private PrintStream print() {
        return new PrintStream(report, true, StandardCharsets.UTF_8);
    }
}
