package io.nestcms.resilience;

import io.nestcms.resilience.CircuitEvent.ServiceRecovered;
import io.nestcms.resilience.CircuitEvent.ServiceUnavailable;
import java.time.Clock;
import java.time.Duration;
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
    private static final Logger LOG = LoggerFactory.getLogger(CircuitBreakers.class);

    private final String dependency;
    private final Clock clock;
    private final Consumer<? super CircuitEvent> listener;
    private final Queue<CircuitEvent> untold = new ConcurrentLinkedQueue<>();
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
    synchronized void closed(long now) {
        if (--open == 0) {
            announced = true;
            untold.add(new ServiceRecovered(dependency, clock.instant(), Duration.ofNanos(now - begun)));
        }
    }

    /** A call was rejected; the first one of an outage is told. */
    void rejected(Duration retryAfter) {
        synchronized (this) {
            if (announced) {
                return;
            }
            announced = true;
            untold.add(new ServiceUnavailable(dependency, clock.instant(), retryAfter));
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

    void add(CircuitEvent event) {
        untold.add(event);
    }

    /** Tells what has not been told. Not to be called under a lock. */
    void tell() {
        if (untold.isEmpty() || tellers.getAndIncrement() != 0) {
            return;
        }
        int asked = 1;
        do {
            for (CircuitEvent event = untold.poll(); event != null; event = untold.poll()) {
                tell(event);
            }
            asked = tellers.addAndGet(-asked);
        } while (asked != 0);
    }

    private void tell(CircuitEvent event) {
        try {
            listener.accept(event);
        } catch (RuntimeException e) {
            // a listener's failure must not become the failure of the call that happened to move the circuit
            LOG.error("A listener failed on {}", event, e);
        }
    }
}
