package io.nestcms.e2e;

import java.time.Duration;
import java.util.List;

/**
 * What a chaos run does. The seed fixes orders, payers' choices, refunds, faults' odds and after how many payments something
 * breaks; which call meets which fault is up to the threads.
 *
 * @param payments how many payments are made
 * @param concurrency how many at once
 * @param kills how often the server is killed
 * @param seed where all chance comes from
 * @param pageLife how long the gateway's pages can be paid; the server waits half as long again
 */
record ChaosPlan(int payments, int concurrency, int kills, long seed, Duration pageLife) {
    ChaosPlan {
        if (payments < 1 || concurrency < 1 || kills < 0 || kills > payments) {
            throw new IllegalArgumentException(
                    "payments " + payments + ", concurrency " + concurrency + ", kills " + kills);
        }
    }

    /** When the server gives a page up. */
    Duration patience() {
        return pageLife.plus(pageLife.dividedBy(2));
    }

    /** Minutes made seconds on both sides, in the same order. */
    ChaosStage.Setting setting() {
        return new ChaosStage.Setting(
                seed,
                List.of(
                        "--duplicates=same-type,4",
                        "--callback-millis=300,700,1500,3000",
                        "--page-seconds=" + pageLife.toSeconds()),
                List.of(Long.toString(patience().toSeconds())));
    }
}
