package io.nestcms.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.MongoTimeoutException;
import io.nestcms.event.contract.Mischief;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@ExtendWith(RefusalCheck.class)
class HedgingTest {
    private static final long MOST = Duration.ofSeconds(60).toNanos();
    private static final int SAMPLES = 24;

    private final ExecutorService pool = Executors.newCachedThreadPool();
    private final SpreadSelector servers = new SpreadSelector(Duration.ofSeconds(1), new SplittableRandom(1));
    private final AtomicBoolean others = new AtomicBoolean(true);
    private final CountDownLatch released = new CountDownLatch(1);

    @AfterEach
    void stop() {
        released.countDown();
        pool.shutdownNow();
    }

    private Hedging hedging(int percent) {
        return new Hedging(pool, percent, servers, others::get, System::nanoTime);
    }

    private static Hedging warm(Hedging hedging) {
        for (int n = 0; n < SAMPLES; n++) {
            assertThat(hedging.read(() -> "first", () -> "second", MOST)).isIn("first", "second");
        }
        assertThat(hedging.lateAfter()).isLessThan(MOST);
        return hedging;
    }

    private Supplier<String> late() {
        return () -> {
            try {
                assertThat(released.await(60, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
            return "first";
        };
    }

    @Test
    void read_firstIsLate_secondAnswers() {
        Hedging hedging = warm(hedging(50));
        long sentBefore = hedging.sent();

        assertThat(hedging.read(late(), () -> "second", MOST)).isEqualTo("second");

        assertThat(hedging.sent() - sentBefore).isEqualTo(1);
        Awaitility.await().until(() -> hedging.won() >= 1);
    }

    @Test
    void read_budgetSpent_waitsForTheFirst() {
        Hedging hedging = warm(hedging(1));
        while (hedging.withheld() == 0) {
            // the second answers only when it must, so each round spends what is left
            CountDownLatch secondRan = new CountDownLatch(1);
            long withheld = hedging.withheld();
            String answer = hedging.read(
                    () -> {
                        Awaitility.await()
                                .atMost(Duration.ofSeconds(60))
                                .until(() -> secondRan.getCount() == 0 || hedging.withheld() > withheld);
                        return "first";
                    },
                    () -> {
                        secondRan.countDown();
                        return "second";
                    },
                    MOST);
            assertThat(answer).isIn("first", "second");
        }
        assertThat(hedging.sent()).isLessThan(4);
    }

    @Test
    void read_nothingKnownOrNobodyElse_isNotSentAgain() {
        Hedging cold = hedging(50);
        released.countDown();
        assertThat(cold.read(late(), () -> "second", MOST)).isEqualTo("first");
        others.set(false);
        Hedging hedging = warm(hedging(50));
        assertThat(hedging.read(late(), () -> "second", MOST)).isEqualTo("first");
        assertThat(cold.sent() + hedging.sent()).isZero();
    }

    @Test
    void read_bothFail_theFirstFailureIsTold() {
        Hedging hedging = hedging(50);
        assertThatThrownBy(() -> hedging.read(
                        () -> {
                            throw new IllegalStateException("one");
                        },
                        () -> "second",
                        MOST))
                .hasMessage("one");
    }

    @Test
    void read_noAnswerAtAll_endsInBoundedTime() {
        Hedging hedging = hedging(50);
        assertThatThrownBy(() -> hedging.read(
                        late(), () -> "second", Duration.ofMillis(20).toNanos()))
                .isInstanceOf(MongoTimeoutException.class);
    }

    @ParameterizedTest
    @MethodSource("io.nestcms.event.contract.Mischief#all")
    void read_noThreadToSpare_runsOnTheCaller(Throwable anything) {
        Hedging full = new Hedging(
                task -> {
                    throw Mischief.sneak(anything);
                },
                50,
                servers,
                () -> true,
                System::nanoTime);
        Thread caller = Thread.currentThread();
        assertThat(full.<Thread>read(Thread::currentThread, Thread::currentThread, MOST))
                .isSameAs(caller);
    }
}
