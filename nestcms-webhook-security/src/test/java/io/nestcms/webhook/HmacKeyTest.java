package io.nestcms.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

/** What is kept set up between signatures never mixes them. */
class HmacKeyTest {
    private static final byte[] SECRET = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    /** More than there are stripes, so that threads meet in one. */
    private static final int THREADS = 48;

    private static byte[] text(int thread, int round) {
        return ("message " + thread + " " + round).getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] expected(MacAlgorithm algorithm, byte[] text) throws GeneralSecurityException {
        Mac mac = Mac.getInstance(algorithm.jcaName());
        mac.init(new SecretKeySpec(SECRET, algorithm.jcaName()));
        return mac.doFinal(text);
    }

    /** In each thread 300 signatures, all algorithms in turn; how many of them were given. */
    private static int sign(HmacKey key, int thread) throws GeneralSecurityException {
        int given = 0;
        for (int round = 0; round < 300; round++) {
            MacAlgorithm algorithm = MacAlgorithm.values()[round % MacAlgorithm.values().length];
            byte[] text = text(thread, round);
            byte[] signature = key.mac(algorithm, new byte[][] {text});
            if (signature != null) {
                assertThat(signature).isEqualTo(expected(algorithm, text));
                given++;
            }
        }
        return given;
    }

    /** What each thread was given when all of them sign at once; {@code meanwhile} runs when the first is done. */
    private static List<Integer> signByMany(HmacKey key, Runnable meanwhile) throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            List<Future<Integer>> running = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                int thread = i;
                running.add(threads.submit(() -> {
                    go.await();
                    return sign(key, thread);
                }));
            }
            go.countDown();
            running.get(0).get();
            meanwhile.run();
            List<Integer> given = new ArrayList<>();
            for (Future<Integer> each : running) {
                given.add(each.get());
            }
            return given;
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void mac_byMoreThreadsThanStripes_eachGetsItsOwnSignature() throws Exception {
        assertThat(signByMany(new HmacKey(SECRET.clone()), () -> {}))
                .hasSize(THREADS)
                .containsOnly(300);
    }

    @Test
    void close_whileThreadsSign_eachSignatureIsRightOrNone_andAfterwardsNone() throws Exception {
        HmacKey key = new HmacKey(SECRET.clone());

        assertThat(signByMany(key, key::close))
                .allSatisfy(given -> assertThat(given).isBetween(0, 300));

        for (MacAlgorithm algorithm : MacAlgorithm.values()) {
            assertThat(key.mac(algorithm, new byte[][] {text(0, 0)})).isNull();
        }
    }

    @Test
    void mac_ofSeveralParts_isThatOfTheirText() throws Exception {
        HmacKey key = new HmacKey(SECRET.clone());

        byte[] signature = key.mac(
                MacAlgorithm.HMAC_SHA256,
                new byte[][] {"a.".getBytes(StandardCharsets.US_ASCII), "b".getBytes(StandardCharsets.US_ASCII)});

        assertThat(signature).isEqualTo(expected(MacAlgorithm.HMAC_SHA256, "a.b".getBytes(StandardCharsets.US_ASCII)));
    }
}
