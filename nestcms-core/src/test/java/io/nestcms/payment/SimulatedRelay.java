package io.nestcms.payment;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/** The relay's part. */
final class SimulatedRelay {
    private final Outbox outbox;
    private final MovingClock clock;
    private final Faults faults;
    private final Consumer<OutboxEntry> listeners;
    private int claims;

    SimulatedRelay(Outbox outbox, MovingClock clock, Faults faults, Consumer<OutboxEntry> listeners) {
        this.outbox = outbox;
        this.clock = clock;
        this.faults = faults;
        this.listeners = listeners;
    }

    void runOnce() {
        Optional<OutboxBatch> batch =
                outbox.claim("r" + System.identityHashCode(this) + ++claims, clock.instant(), Duration.ofSeconds(30));
        while (batch.isPresent()) {
            for (OutboxEntry entry : batch.get().entries()) {
                faults.maybeCrash();
                listeners.accept(entry);
                faults.maybeCrash();
                outbox.delivered(batch.get(), entry);
            }
            outbox.release(batch.get());
            batch = outbox.claim("r" + ++claims, clock.instant(), Duration.ofSeconds(30));
        }
    }
}
