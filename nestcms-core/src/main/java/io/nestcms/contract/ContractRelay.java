package io.nestcms.contract;

import io.nestcms.event.Delivery;
import io.nestcms.event.Envelope;
import io.nestcms.event.EventBus;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries recorded events of contracts to the listeners of an {@link EventBus}: every event at least once, those of one contract in
 * order. What a listener did not handle is tried again after ten seconds, for as long as it takes; other contracts do not wait
 * for it. {@link #run()} delivers what is due and returns: give it to a timer.
 *
 * <p>Any number of relays on any number of nodes may work on one outbox. Safe for use by many threads.
 *
 * @since 0.1
 */
public final class ContractRelay implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(ContractRelay.class);
    private static final Duration LEASE = Duration.ofSeconds(30);
    private static final Duration RETRY = Duration.ofSeconds(10);

    private final ContractOutbox outbox;
    private final EventBus bus;
    private final Clock clock;

    /**
     * A relay.
     *
     * @param outbox where events wait
     * @param bus whose listeners get them
     * @param clock tells the present
     */
    public ContractRelay(ContractOutbox outbox, EventBus bus, Clock clock) {
        this.outbox = Objects.requireNonNull(outbox, "outbox");
        this.bus = Objects.requireNonNull(bus, "bus");
        this.clock = Objects.requireNonNull(clock, "clock");
    }

    /** Delivers everything that is due. A broken store is logged and left to the next run. Repeatable. */
    @Override
    public void run() {
        try {
            runOnce();
        } catch (RuntimeException broken) {
            LOG.error("The events of contracts could not be read or written", broken);
        }
    }

    /**
     * Delivers everything that is due. Repeatable.
     *
     * @return how many events every listener handled
     */
    public int runOnce() {
        int delivered = 0;
        List<ContractNotice> notices = outbox.claim(clock.instant(), LEASE);
        while (!notices.isEmpty() && !Thread.currentThread().isInterrupted()) {
            delivered += deliver(notices);
            notices = outbox.claim(clock.instant(), LEASE);
        }
        return delivered;
    }

    private int deliver(List<ContractNotice> notices) {
        int delivered = 0;
        ContractId contract = notices.get(0).event().contractId();
        for (ContractNotice notice : notices) {
            if (!isHandled(notice)) {
                LOG.warn("Event {} not handled, next attempt in {}", notice.id(), RETRY);
                outbox.release(contract, clock.instant().plus(RETRY));
                return delivered;
            }
            outbox.delivered(notice);
            delivered++;
        }
        outbox.release(contract, clock.instant());
        return delivered;
    }

    private boolean isHandled(ContractNotice notice) {
        ContractEvent event = notice.event();
        Envelope<ContractEvent> envelope =
                new Envelope<>(notice.id(), event.at(), event.contractId().value(), event);
        try {
            Delivery delivery =
                    bus.deliver(envelope).toCompletableFuture().get(LEASE.toMillis(), TimeUnit.MILLISECONDS);
            return delivery.isComplete();
        } catch (TimeoutException | ExecutionException failed) {
            LOG.debug("Event {} failed", notice.id(), failed);
            return false;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
