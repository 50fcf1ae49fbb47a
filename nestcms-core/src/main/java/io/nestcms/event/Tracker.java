package io.nestcms.event;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts the listeners of one delivery; done when each has handled the event or finally failed. */
final class Tracker {
    private final String id;
    private final int listeners;
    private final AtomicInteger pending;
    private final Queue<Delivery.Failure> failures = new ConcurrentLinkedQueue<>();
    private final CompletableFuture<Delivery> done = new CompletableFuture<>();

    Tracker(String id, int listeners) {
        this.id = id;
        this.listeners = listeners;
        this.pending = new AtomicInteger(listeners);
        if (listeners == 0) {
            done.complete(new Delivery(id, 0, List.of()));
        }
    }

    void handled() {
        if (pending.decrementAndGet() == 0) {
            List<Delivery.Failure> all = List.copyOf(failures);
            done.complete(new Delivery(id, listeners - all.size(), all));
        }
    }

    void failed(String listener, Throwable cause) {
        failures.add(new Delivery.Failure(listener, cause));
        handled();
    }

    CompletionStage<Delivery> done() {
        return done.minimalCompletionStage();
    }
}
