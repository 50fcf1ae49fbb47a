package io.nestcms.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import io.nestcms.resilience.BreakerOrder.Command;
import io.nestcms.resilience.CircuitEvent.CircuitOpened;
import io.nestcms.resilience.CircuitEvent.ServiceRecovered;
import io.nestcms.resilience.CircuitEvent.ServiceUnavailable;
import io.nestcms.resilience.contract.BreakerOrdersContract;
import io.nestcms.resilience.contract.BreakerStoreContract;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class BreakerMemoryTest {
    private static final Duration OPEN_FOR = Duration.ofSeconds(30);

    private final ManualTime time = new ManualTime();
    private final InMemoryBreakerStore store = new InMemoryBreakerStore();
    private final InMemoryBreakerOrders orders = new InMemoryBreakerOrders();
    private final List<CircuitEvent> events = new ArrayList<>();

    /** A node; its ticker has an origin of its own, as another process has. */
    private CircuitBreakers node() {
        long shift = events.hashCode() + 1_000_003L;
        return CircuitBreakers.builder()
                .ticker(() -> time.getAsLong() + shift)
                .clock(time)
                .store(store, Runnable::run)
                .orders(orders)
                .listener(events::add)
                .build();
    }

    private static BreakerSettings.Builder settings() {
        return BreakerSettings.builder()
                .countWindow(10)
                .minimumCalls(10)
                .openFor(OPEN_FOR)
                .backOff(2, Duration.ofHours(1))
                .trialCalls(1);
    }

    private static void fail(CircuitBreaker breaker, int times) {
        for (int i = 0; i < times; i++) {
            breaker.tryAcquire().failure(FailureClass.TIMEOUT);
        }
    }

    @Test
    void restart_whileOpen_startsOpenForWhatIsLeft() {
        CircuitBreaker before = node().create("bank", settings().build());
        fail(before, 10);
        before.tryAcquire();
        time.advance(Duration.ofSeconds(10));
        CircuitBreaker after = node().create("bank", settings().build());
        assertThat(after.state()).isEqualTo(BreakerState.OPEN);
        assertThat(after.snapshot().retryAfter()).isEqualTo(Duration.ofSeconds(20));
        assertThat(events).as("not told a second time").hasSize(2);
        time.advance(Duration.ofSeconds(20));
        fail(after, 1);
        assertThat(after.snapshot().retryAfter()).as("the back-off goes on").isEqualTo(Duration.ofSeconds(60));
    }

    @Test
    void restart_afterTheAnnouncementWasSaved_announcesNoSecondTime() {
        CircuitBreakers first = node();
        CircuitBreaker before = first.create("bank", settings().build());
        fail(before, 10);
        before.tryAcquire();
        assertThat(first.save()).isTrue();
        CircuitBreaker after = node().create("bank", settings().build());
        after.tryAcquire();
        assertThat(events).filteredOn(ServiceUnavailable.class::isInstance).hasSize(1);
        time.advance(OPEN_FOR);
        after.tryAcquire().success();
        assertThat(events)
                .filteredOn(ServiceRecovered.class::isInstance)
                .containsExactly(new ServiceRecovered("bank", time.instant(), OPEN_FOR));
    }

    @Test
    void restart_whileHalfOpen_startsWithATrialCall() {
        CircuitBreaker before = node().create("bank", settings().build());
        fail(before, 10);
        time.advance(OPEN_FOR);
        before.tryAcquire();
        CircuitBreaker after = node().create("bank", settings().build());
        assertThat(after.state()).isEqualTo(BreakerState.OPEN);
        assertThat(after.tryAcquire().isRejected()).isFalse();
        assertThat(after.tryAcquire().isRejected()).isTrue();
    }

    @Test
    void restart_whileClosed_keepsTheWindow() {
        for (boolean timed : new boolean[] {false, true}) {
            BreakerSettings settings = timed
                    ? settings().timeWindow(Duration.ofMinutes(1)).build()
                    : settings().build();
            String name = "bank" + timed;
            CircuitBreakers first = node();
            CircuitBreaker before = first.create(name, settings);
            fail(before, 4);
            time.advance(Duration.ofSeconds(10));
            for (int i = 0; i < 5; i++) {
                before.tryAcquire().success();
            }
            first.save();
            time.advance(Duration.ofSeconds(1));
            CircuitBreaker after = node().create(name, settings);
            assertThat(after.snapshot().windowCalls()).isEqualTo(9);
            assertThat(after.snapshot().windowFailures()).isEqualTo(4);
            assertThat(after.snapshot().calls())
                    .as("counted in the life before")
                    .isZero();
            fail(after, 1);
            assertThat(after.state()).isEqualTo(BreakerState.OPEN);
        }
    }

    @Test
    void restart_ofTheTimeWindow_forgetsWhatIsTooOld() {
        BreakerSettings settings = settings().timeWindow(Duration.ofMinutes(1)).build();
        CircuitBreakers first = node();
        fail(first.create("bank", settings), 9);
        first.save();
        time.advance(Duration.ofMinutes(2));
        assertThat(node().create("bank", settings).snapshot().windowCalls()).isZero();
    }

    @Test
    void restart_whileForcedOpen_staysForcedOpen() {
        CircuitBreakers first = node();
        first.create("bank", settings().build()).forceOpen();
        first.save();
        assertThat(node().create("bank", settings().build()).state()).isEqualTo(BreakerState.FORCED_OPEN);
    }

    @Test
    void storeThatIsDown_breakersWorkWithoutIt() {
        BreakerStore down = new BreakerStore() {
            @Override
            public void save(BreakerMemory memory) {
                throw new IllegalStateException("down");
            }

            @Override
            public Optional<BreakerMemory> find(String name) {
                throw new IllegalStateException("down");
            }
        };
        CircuitBreakers node = CircuitBreakers.builder()
                .ticker(time)
                .store(down, Runnable::run)
                .build();
        CircuitBreaker breaker = node.create("bank", settings().build());
        fail(breaker, 10);
        assertThat(breaker.state()).isEqualTo(BreakerState.OPEN);
        assertThat(node.save()).isFalse();
    }

    @Test
    void order_reachesAllNodesOnce() {
        CircuitBreakers one = node();
        CircuitBreakers two = node();
        CircuitBreaker here = one.create("bank", settings().build());
        CircuitBreaker there = two.create("bank", settings().build());
        assertThat(one.order("bank", Command.FORCE_OPEN, "ops")).isTrue();
        assertThat(here.state()).isEqualTo(BreakerState.FORCED_OPEN);
        assertThat(there.state()).isEqualTo(BreakerState.CLOSED);
        assertThat(two.followOrders()).isEqualTo(1);
        assertThat(there.state()).isEqualTo(BreakerState.FORCED_OPEN);
        there.forceClosed();
        assertThat(two.followOrders()).as("carried out already").isZero();
        assertThat(one.followOrders()).as("its own").isZero();
        one.order("bank", Command.DISABLE, "ops");
        two.followOrders();
        assertThat(there.state()).isEqualTo(BreakerState.DISABLED);
        one.order("bank", Command.METRICS_ONLY, "ops");
        one.order("bank", Command.CLOSE, "ops");
        two.followOrders();
        assertThat(there.state()).isEqualTo(BreakerState.CLOSED);
    }

    @Test
    void order_oldClosing_doesNotEndALaterOutage() {
        CircuitBreakers one = node();
        CircuitBreakers two = node();
        one.order("bank", Command.CLOSE, "ops");
        time.advance(Duration.ofSeconds(1));
        CircuitBreaker there = two.create("bank", settings().build());
        fail(there, 10);
        two.followOrders();
        assertThat(there.state()).isEqualTo(BreakerState.OPEN);
    }

    @Test
    void order_whenTheStoreIsDown_holdsHere() {
        BreakerOrders down = new BreakerOrders() {
            @Override
            public BreakerOrder give(String breaker, Command command, String by, Instant at) {
                throw new IllegalStateException("down");
            }

            @Override
            public List<BreakerOrder> standing() {
                throw new IllegalStateException("down");
            }
        };
        CircuitBreakers node =
                CircuitBreakers.builder().ticker(time).orders(down).build();
        CircuitBreaker breaker = node.create("bank", settings().build());
        assertThat(node.order("bank", Command.FORCE_OPEN, "ops")).isFalse();
        assertThat(breaker.state()).isEqualTo(BreakerState.FORCED_OPEN);
        assertThat(node.followOrders()).isZero();
        assertThat(breaker.state()).isEqualTo(BreakerState.FORCED_OPEN);
        assertThat(events).filteredOn(CircuitOpened.class::isInstance).isEmpty();
    }

    @Nested
    class InMemoryStore extends BreakerStoreContract {
        @Override
        protected BreakerStore store() {
            return store;
        }
    }

    @Nested
    class InMemoryOrders extends BreakerOrdersContract {
        @Override
        protected BreakerOrders orders() {
            return orders;
        }
    }
}
