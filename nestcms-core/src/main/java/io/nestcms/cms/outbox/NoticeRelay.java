package io.nestcms.cms.outbox;

import io.nestcms.event.Envelope;
import io.nestcms.event.EventBus;
import io.nestcms.event.Redelivery;
import io.nestcms.report.Reports;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries recorded events to the listeners of an {@link EventBus}: every event at least once, those of one record in
 * order. An event that a listener did not handle is tried again after a growing wait and buried after its last attempt, where it can
 * be listed and {@linkplain Notices#replay replayed}; other records do not wait for it. {@link #run()} delivers what is due and returns: give it to a timer.
 *
 * <p>Any number of relays on any number of nodes may work on one outbox. Safe for use by many threads.
 *
 * @param <E> the family of events
 * @since 0.1
 */
public final class NoticeRelay<E> implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(NoticeRelay.class);
    private static final Duration LEASE = Duration.ofMinutes(1);
    /** How long the listeners of one event are waited for: less than the lease, in whose last part no delivery begins. */
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Notices<E> outbox;
    private final EventBus bus;
    private final Clock clock;
    private final Redelivery redelivery;

    /**
     * A relay with {@link Redelivery#DEFAULT}.
     *
     * @param outbox where events wait
     * @param bus whose listeners get them
     * @param clock tells the present
     */
    public NoticeRelay(Notices<E> outbox, EventBus bus, Clock clock) {
        this(outbox, bus, clock, Redelivery.DEFAULT);
    }

    /**
     * A relay.
     *
     * @param outbox where events wait
     * @param bus whose listeners get them
     * @param clock tells the present
     * @param redelivery how often an event is tried, and after which waits
     */
    public NoticeRelay(Notices<E> outbox, EventBus bus, Clock clock, Redelivery redelivery) {
        this.outbox = Objects.requireNonNull(outbox, "outbox");
        this.bus = Objects.requireNonNull(bus, "bus");
        this.clock = Objects.requireNonNull(clock, "clock");
        this.redelivery = Objects.requireNonNull(redelivery, "redelivery");
    }

    /** Delivers everything that is due. A broken store is logged and left to the next run. Repeatable. */
    @Override
    public void run() {
        try {
            runOnce();
        } catch (Throwable broken) {
            Reports.failed(LOG, "Waiting events could not be read or written", null, broken);
        }
    }

    /**
     * Delivers everything that is due. Repeatable.
     *
     * @return how many events every listener handled
     * @throws RuntimeException if the store broke; the last one, when it broke at several records
     */
    public int runOnce() {
        int delivered = 0;
        Throwable broken = null;
        Optional<NoticeClaim<E>> claim = outbox.claim(clock.instant(), LEASE);
        while (claim.isPresent()) {
            try {
                delivered += deliver(claim.get());
            } catch (Throwable failed) {
                // it may be this record's own fault, which harms no other; a store that is down ends us at the next
                // claim
                Reports.failed(
                        LOG,
                        "Waiting events could not be delivered of",
                        claim.get().key(),
                        failed);
                broken = failed;
            }
            // being stopped we take no more: what we hold, others must wait for
            claim = Thread.currentThread().isInterrupted() ? Optional.empty() : outbox.claim(clock.instant(), LEASE);
        }
        if (broken != null) {
            throw broken instanceof RuntimeException as
                    ? as
                    : new IllegalStateException("events could not be delivered", broken);
        }
        return delivered;
    }

    private int deliver(NoticeClaim<E> claim) {
        int delivered = 0;
        for (Notice<E> notice : claim.notices()) {
            if (clock.instant().plus(PATIENCE).isAfter(claim.until())) {
                break; // the rest with a claim of its own
            }
            Optional<String> failure =
                    bus.deliver(new Envelope<>(notice.id(), notice.at(), notice.key(), notice.event()), PATIENCE);
            if (failure.isPresent() && Thread.currentThread().isInterrupted()) {
                return delivered; // we are being stopped, which is nobody's failure; the claim ends with its lease
            }
            boolean held;
            if (failure.isEmpty()) {
                held = outbox.delivered(claim, notice);
                delivered++;
            } else if (redelivery.isLast(notice.attempts())) {
                LOG.error("Event {} buried after {} attempts: {}", notice.id(), redelivery.attempts(), failure.get());
                held = outbox.bury(claim, notice, failure.get());
            } else {
                Instant next = clock.instant().plus(redelivery.waitAfter(notice.attempts()));
                LOG.warn("Event {} not handled, next attempt at {}: {}", notice.id(), next, failure.get());
                outbox.postpone(claim, notice, failure.get(), next);
                return delivered;
            }
            if (!held) {
                // we were held up: whoever has the record now delivers this event once more, and those after it
                return delivered;
            }
        }
        outbox.release(claim, clock.instant());
        return delivered;
    }
}
