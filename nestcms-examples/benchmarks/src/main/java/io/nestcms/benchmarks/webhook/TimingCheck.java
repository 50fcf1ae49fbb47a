package io.nestcms.benchmarks.webhook;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.nestcms.webhook.SignatureScheme;
import io.nestcms.webhook.SigningSecret;
import io.nestcms.webhook.Verification;
import io.nestcms.webhook.WebhookRequest;
import io.nestcms.webhook.WebhookSigner;
import io.nestcms.webhook.WebhookVerifier;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.slf4j.LoggerFactory;

/**
 * Whether the time of a refusal tells how many leading bytes of a forged signature were right. Forgeries with none and with 31
 * of 32 bytes right come in random order; Welch's t-test compares their times, the slowest tenth left out. Below 4.5 nothing is
 * to be seen (the bound of the dudect method). For comparison the same with a comparison that stops at the first difference.
 */
public final class TimingCheck {
    private static final double BOUND = 4.5;

    private final int samples;
    private final SplittableRandom random = new SplittableRandom(1);
    private long sink;

    private TimingCheck(int samples) {
        this.samples = samples;
    }

    /**
     * Measures and prints.
     *
     * @param args how many forgeries to measure
     */
    public static void main(String[] args) {
        of(Integer.parseInt(args[0])).run(System.out);
    }

    static TimingCheck of(int samples) {
        return new TimingCheck(samples);
    }

    void run(PrintStream out) {
        // writing a line for each refusal would drown what is to be measured
        ((Logger) LoggerFactory.getLogger("io.nestcms.webhook")).setLevel(Level.OFF);
        byte[] body = Messages.ofSize(256);
        SigningSecret secret = SigningSecret.utf8("SKTEST0001-AAAAAAAAAA-BBBBBBBBBB");
        WebhookVerifier verifier = WebhookVerifier.builder(SignatureScheme.payTabsCallback(), List.of(secret))
                .build();
        String right = WebhookSigner.of(SignatureScheme.payTabsCallback(), secret)
                .headers("", Instant.EPOCH, body)
                .get("Signature");
        WebhookRequest[] forgeries = {forged(body, right, 0), forged(body, right, 31)};
        report(out, "NestCMS, whole refusal", which -> verifyTime(verifier, forgeries[which]));
        byte[] mac = right.getBytes(StandardCharsets.US_ASCII);
        byte[][] texts = {
            forgedText(right, 0).getBytes(StandardCharsets.US_ASCII),
            forgedText(right, 31).getBytes(StandardCharsets.US_ASCII)
        };
        report(out, "a comparison that stops early, a hundred times", which -> naiveTime(mac, texts[which]));
        if (sink == 42) {
            out.println();
        }
    }

    private interface Probe {
        long time(int which);
    }

    private void report(PrintStream out, String name, Probe probe) {
        for (int i = 0; i < samples / 10; i++) {
            sink += probe.time(i & 1);
        }
        long[][] times = new long[2][samples];
        int[] counts = new int[2];
        for (int i = 0; i < samples; i++) {
            int which = random.nextInt(2);
            times[which][counts[which]++] = probe.time(which);
        }
        double t = welch(trimmed(times[0], counts[0]), trimmed(times[1], counts[1]));
        out.println(String.format(
                Locale.ROOT,
                "%s: |t| = %.2f over %d samples: %s",
                name,
                Math.abs(t),
                samples,
                Math.abs(t) < BOUND ? "nothing to be seen" : "tells how much matched"));
    }

    private long verifyTime(WebhookVerifier verifier, WebhookRequest request) {
        long start = System.nanoTime();
        Verification verification = verifier.verify(request);
        long time = System.nanoTime() - start;
        sink += verification.hashCode() & 1;
        return time;
    }

    private long naiveTime(byte[] right, byte[] forged) {
        long start = System.nanoTime();
        for (int i = 0; i < 100; i++) {
            for (int at = 0; at < right.length && right[at] == forged[at]; at++) {
                sink += at;
            }
        }
        return System.nanoTime() - start;
    }

    private static WebhookRequest forged(byte[] body, String right, int rightBytes) {
        return WebhookRequest.builder(body)
                .header("Signature", forgedText(right, rightBytes))
                .build();
    }

    private static String forgedText(String right, int rightBytes) {
        StringBuilder text = new StringBuilder(right);
        for (int i = 2 * rightBytes; i < text.length(); i++) {
            text.setCharAt(i, text.charAt(i) == '0' ? '1' : '0');
        }
        return text.toString();
    }

    private static long[] trimmed(long[] times, int count) {
        long[] sorted = Arrays.copyOf(times, count);
        Arrays.sort(sorted);
        return Arrays.copyOf(sorted, count - count / 10);
    }

    static double welch(long[] a, long[] b) {
        double meanA = Arrays.stream(a).average().orElseThrow();
        double meanB = Arrays.stream(b).average().orElseThrow();
        return (meanA - meanB) / Math.sqrt(variance(a, meanA) / a.length + variance(b, meanB) / b.length);
    }

    private static double variance(long[] values, double mean) {
        return Arrays.stream(values)
                        .mapToDouble(value -> (value - mean) * (value - mean))
                        .sum()
                / (values.length - 1);
    }
}
