package io.nestcms.event;

import io.nestcms.event.EventInterceptor.Around;
import io.nestcms.report.Reports;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A subscribed handler. */
abstract sealed class Listener implements Subscription permits SyncListener, AsyncListener {
    static final Logger LOG = LoggerFactory.getLogger(EventBus.class);

    private final String name;
    private final Class<?> type;
    private final Consumer<Object> handler;
    private final boolean takesEnvelopes;
    private final Consumer<Listener> leave;
    final DeadLetters deadLetters;

    Listener(Draft draft) {
        this.name = draft.name();
        this.type = draft.type();
        this.handler = draft.handler();
        this.takesEnvelopes = draft.takesEnvelopes();
        this.leave = draft.leave();
        this.deadLetters = draft.deadLetters();
    }

    /** What every listener has. */
    record Draft(
            String name,
            Class<?> type,
            Consumer<Object> handler,
            boolean takesEnvelopes,
            Consumer<Listener> leave,
            DeadLetters deadLetters) {}

    @Override
    public String name() {
        return name;
    }

    @Override
    public void close() {
        leave.accept(this);
    }

    boolean hears(Class<?> eventType) {
        return type.isAssignableFrom(eventType);
    }

    boolean takesEnvelopes() {
        return takesEnvelopes;
    }

    /** Takes an event, bare or as a parcel; throws nothing that anything given to the bus throws. */
    abstract void accept(Object item);

    /** Gives up an event that could not be made ready for any listener. */
    abstract void fail(Object item, Throwable cause);

    /** Calls the handler with all interceptors around it. */
    final void handle(Object item) {
        if (!(item instanceof Parcel parcel)) {
            handler.accept(item);
            return;
        }
        Object heard = takesEnvelopes && parcel.envelope() != null ? parcel.envelope() : parcel.event();
        List<Around> arounds = parcel.arounds();
        if (arounds == null || arounds.isEmpty()) {
            handler.accept(heard);
            return;
        }
        Runnable next = () -> handler.accept(heard);
        for (int i = arounds.size() - 1; i >= 0; i--) {
            Around around = arounds.get(i);
            Runnable inner = next;
            next = () -> around.handle(name, inner);
        }
        next.run();
    }

    final void handled(Object item) {
        Tracker tracker = Parcel.tracker(item);
        if (tracker != null) {
            tracker.handled();
        }
    }

    /** Gives an event up: tells its sender, when there is one that still has it, or keeps it as a dead letter. */
    final void giveUp(Object item, DeadLetter.Reason reason, int attempts, @Nullable Throwable cause) {
        Tracker tracker = Parcel.tracker(item);
        if (tracker != null) {
            boolean tried = reason == DeadLetter.Reason.FAILED;
            tracker.failed(name, cause != null && tried ? cause : new UndeliveredException(name, reason, cause));
            return;
        }
        deadLetters.add(this, item, reason, attempts, cause);
        Reports.warned(
                LOG,
                "Listener " + name + " gave up an event of "
                        + Parcel.event(item).getClass().getName() + ": " + reason,
                cause);
    }

    @Override
    public String toString() {
        return "Subscription " + name;
    }
}
