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
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.LongSupplier;
import java.util.function.ToIntFunction;
import org.slf4j.LoggerFactory;

/**
 * Whether the time of a refusal tells how many leading bytes of a forged signature were right. Forgeries with none right and
 * with some right come in random order, each of them once, and {@link TwoClasses} compares their times. That the check would see
 * a leak is shown by the same refusals with one more comparison, of the kind that stops at the first difference: it has to be
 * found out.
 *
 * <p>Forgeries that were measured again and again would bring the time of the place where each lies in memory: over millions of
 * samples the means of two small sets of places differ for certain, whatever the verifier does.
 */
public final class TimingCheck {
    private static final int SIGNATURE_BYTES = 32;
    private static final int BATCH = 256;
    private static final byte[] BODY = Messages.ofSize(256);

    private final int samples;
    private final LongSupplier nanos;
    private final SplittableRandom random = new SplittableRandom(1);
    private final WebhookVerifier verifier;
    private final String right;
    private int sink;

    private TimingCheck(int samples, LongSupplier nanos) {
        this.samples = samples;
        this.nanos = nanos;
        SigningSecret secret = SigningSecret.utf8("SKTEST0001-AAAAAAAAAA-BBBBBBBBBB");
        this.verifier = WebhookVerifier.builder(SignatureScheme.payTabsCallback(), List.of(secret))
                .build();
        this.right = WebhookSigner.of(SignatureScheme.payTabsCallback(), secret)
                .headers("", Instant.EPOCH, BODY)
                .get("Signature");
    }

    /**
     * Measures and prints. Ends with status 1 when the time of a refusal tells something, or when the check itself is blind.
     *
     * @param args how many forgeries to measure for each line
     */
    public static void main(String[] args) {
        if (!of(Integer.parseInt(args[0]), System::nanoTime).run(System.out)) {
            System.exit(1);
        }
    }

    static TimingCheck of(int samples, LongSupplier nanos) {
        return new TimingCheck(samples, nanos);
    }

    /** Whether nothing was to be seen, by a check that sees. */
    boolean run(PrintStream out) {
        // writing a line for each refusal would drown what is to be measured
        ((Logger) LoggerFactory.getLogger("io.nestcms.webhook")).setLevel(Level.OFF);
        boolean silent = true;
        for (int rightBytes : new int[] {1, 16, 31}) {
            silent &= !tells(out, "refusal", rightBytes, this::refuse);
        }
        byte[] mac = right();
        boolean seeing = tells(
                out,
                "refusal and a comparison that stops early",
                31,
                forgery -> refuse(forgery) + stopsEarly(mac, forgery.text()));
        out.println(
                !seeing
                        ? "verdict: the check is blind, take more samples"
                        : silent ? "verdict: constant time" : "verdict: the time tells how much matched");
        return seeing && silent;
    }

    /** The signature that would be right. */
    byte[] right() {
        return right.getBytes(StandardCharsets.US_ASCII);
    }

    /** Measures forgeries with none and with some bytes right. */
    boolean tells(PrintStream out, String name, int rightBytes, ToIntFunction<Forgery> checked) {
        measure(rightBytes, checked); // to warm up
        TwoClasses classes = measure(rightBytes, checked);
        out.println(String.format(
                Locale.ROOT,
                "%s, 0 and %d of %d bytes right: |t| = %.2f over %d samples: %s",
                name,
                rightBytes,
                SIGNATURE_BYTES,
                Math.abs(classes.t()),
                samples,
                classes.tells() ? "tells how much matched" : "nothing to be seen"));
        return classes.tells();
    }

    private TwoClasses measure(int rightBytes, ToIntFunction<Forgery> checked) {
        TwoClasses classes = new TwoClasses(samples);
        Forgery[] batch = new Forgery[BATCH];
        boolean[] second = new boolean[BATCH];
        for (int i = 0; i < samples; i++) {
            int at = i % BATCH;
            if (at == 0) {
                refill(batch, second, rightBytes);
            }
            Forgery forgery = batch[at];
            long start = nanos.getAsLong();
            sink += checked.applyAsInt(forgery);
            classes.add(second[at], nanos.getAsLong() - start);
        }
        return classes;
    }

    /** Made before any of them is measured, so that what a forgery took to make is not felt by its own measurement. */
    private void refill(Forgery[] batch, boolean[] second, int rightBytes) {
        for (int at = 0; at < batch.length; at++) {
            second[at] = random.nextBoolean();
            batch[at] = forge(second[at] ? rightBytes : 0);
        }
    }

    private int refuse(Forgery forgery) {
        Verification verification = verifier.verify(forgery.request());
        return verification instanceof Verification.Refused ? 0 : 1;
    }

    /** How many characters a comparison looks at that stops at the first difference. */
    static int stopsEarly(byte[] right, byte[] forged) {
        int at = 0;
        while (at < right.length && right[at] == forged[at]) {
            at++;
        }
        return at;
    }

    private Forgery forge(int rightBytes) {
        String text = forged(right, rightBytes, random);
        WebhookRequest request =
                WebhookRequest.builder(BODY).header("Signature", text).build();
        return new Forgery(text.getBytes(StandardCharsets.US_ASCII), request);
    }

    /**
     * A signature whose first bytes are right, the next one is wrong for certain, and the rest are anything. It takes the same
     * steps and the same memory however many are right.
     */
    static String forged(String right, int rightBytes, SplittableRandom random) {
        char[] text = new char[right.length()];
        for (int at = 0; at < text.length; at++) {
            int digit = Character.digit(right.charAt(at), 16);
            int wrong = (digit + 1 + random.nextInt(15)) % 16;
            int any = random.nextInt(16);
            text[at] = Character.forDigit(at < 2 * rightBytes ? digit : at == 2 * rightBytes ? wrong : any, 16);
        }
        return new String(text);
    }

    /** A forged request, and its signature's text. */
    record Forgery(byte[] text, WebhookRequest request) {}
}
