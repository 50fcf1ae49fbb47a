package io.nestcms.resilience;

import io.nestcms.report.Reports;
import io.nestcms.resilience.CircuitEvent.ServiceRecovered;
import io.nestcms.resilience.CircuitEvent.ServiceUnavailable;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A dependency as its breakers see it together: in an outage from when the first opens until all are closed. Also the
 * order in which its events are told: they are put down under the breakers' locks and told outside of them, by one
 * thread at a time.
 */
final class Outage {
    private static final int LONGEST_QUEUE = 1_000;
    private static final Logger LOG = LoggerFactory.getLogger(CircuitBreakers.class);

    private final String dependency;
    private final Clock clock;
    private final Consumer<? super CircuitEvent> listener;
    private final Queue<CircuitEvent> untold = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicInteger tellers = new AtomicInteger();
    private int open;
    private long begun;
    private volatile boolean announced = true;

    Outage(String dependency, Clock clock, Consumer<? super CircuitEvent> listener) {
        this.dependency = dependency;
        this.clock = clock;
        this.listener = listener;
    }

    /** A breaker that was closed opened. */
    synchronized void opened(long now) {
        if (open++ == 0) {
            begun = now;
            announced = false;
        }
    }

    /** A breaker that had opened closed. */
    synchronized void closed(long now, Instant at) {
        if (--open == 0) {
            announced = true;
            add(new ServiceRecovered(dependency, at, Duration.ofNanos(now - begun)));
        }
    }

    Instant instant() {
        return instant(clock, dependency);
    }

    /** The wall clock's time; the system's own when the clock fails, for a clock decides nothing here. */
    static Instant instant(Clock clock, String whose) {
        try {
            return clock.instant();
        } catch (Throwable broken) {
            Reports.failed(LOG, "The clock failed", whose, broken);
            return Instant.now();
        }
    }

    /** A call was rejected; the first one of an outage is told. */
    void rejected(Duration retryAfter) {
        synchronized (this) {
            if (announced) {
                return;
            }
            announced = true;
            add(new ServiceUnavailable(dependency, instant(), retryAfter));
        }
        tell();
    }

    /** Whether a rejection would be nothing new. */
    boolean isAnnounced() {
        return announced;
    }

    /** The outage was told of before a restart. */
    synchronized void announcedBefore() {
        announced = true;
    }

    /** Puts an event down. A listener that hangs hears no more than the last ones. */
    void add(CircuitEvent event) {
        untold.add(event);
        if (waiting.incrementAndGet() > LONGEST_QUEUE && untold.poll() != null) {
            waiting.decrementAndGet();
            LOG.error("A listener to the circuits of {} does not return: its oldest event is dropped", dependency);
        }
    }

    /** Tells what has not been told. Not to be called under a lock. */
    void tell() {
        if (untold.isEmpty() || tellers.getAndIncrement() != 0) {
            return;
        }
        int asked = 1;
        do {
            for (CircuitEvent event = untold.poll(); event != null; event = untold.poll()) {
                waiting.decrementAndGet();
                tell(event);
            }
            asked = tellers.addAndGet(-asked);
        } while (asked != 0);
    }

    private void tell(CircuitEvent event) {
        try {
            listener.accept(event);
        } catch (Throwable failure) {
            // nothing that a listener throws may become the failure of the call that happened to move the circuit
            Reports.failed(LOG, "A listener failed", event, failure);
        }
    }
}
