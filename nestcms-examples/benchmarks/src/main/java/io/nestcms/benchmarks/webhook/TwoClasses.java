package io.nestcms.benchmarks.webhook;

import java.util.Arrays;

/**
 * Times of two classes of input, and whether their means differ: Welch's t-test as in the dudect method. What took longest is
 * cut off at one bound for both classes, since it is the scheduler's doing; a bound for each would hide a difference.
 */
final class TwoClasses {
    /** From here on a difference is no accident. */
    static final double BOUND = 4.5;

    private static final double KEPT = 0.9;

    private final long[] times;
    private final boolean[] second;
    private int count;

    TwoClasses(int samples) {
        this.times = new long[samples];
        this.second = new boolean[samples];
    }

    void add(boolean ofSecond, long time) {
        times[count] = time;
        second[count] = ofSecond;
        count++;
    }

    /** The difference of the means (second less first) in standard errors; 0 when nothing differs, infinite when all does. */
    double t() {
        long[] sorted = Arrays.copyOf(times, count);
        Arrays.sort(sorted);
        long bound = sorted[(int) Math.ceil(KEPT * count) - 1];
        Moments a = moments(false, bound);
        Moments b = moments(true, bound);
        double difference = b.mean() - a.mean();
        return difference == 0 ? 0 : difference / Math.sqrt(a.squaredError() + b.squaredError());
    }

    /** Whether the time tells which class an input is of. */
    boolean tells() {
        return Math.abs(t()) >= BOUND;
    }

    private Moments moments(boolean ofSecond, long bound) {
        int n = 0;
        double mean = 0;
        double squares = 0;
        for (int i = 0; i < count; i++) {
            if (second[i] == ofSecond && times[i] <= bound) {
                n++;
                double delta = times[i] - mean;
                mean += delta / n;
                squares += delta * (times[i] - mean);
            }
        }
        return new Moments(n, mean, squares / (n - 1));
    }

    private record Moments(int n, double mean, double variance) {
        double squaredError() {
            return variance / n;
        }
    }
}
