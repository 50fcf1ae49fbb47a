package io.nestcms.payment.delivery;

import io.nestcms.event.Envelope;
import io.nestcms.event.Redelivery;
import io.nestcms.payment.PaymentEvent;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A listener of a relay. What it throws and how long it takes hurts nobody but itself: it is called on another thread, waited for
 * so long and no longer, and after it took too long it rests, so that the next events do not wait for it one after the other.
 */
final class NamedListener {
    /** So many calls that took too long and have not come back; further ones are not made. */
    private static final int MOST_HANGING = 16;

    /** How a call ended. */
    sealed interface Outcome {
        /** It handled the event. */
        record Handled() implements Outcome {}

        /** It did not. */
        record Failed(String cause) implements Outcome {}

        /** It was not asked; the event waits until then. */
        record Rests(String cause, Instant until) implements Outcome {}

        /** The thread that waited for it is being stopped. */
        record Stopped() implements Outcome {}
    }

    /** A call that is under way, or the reason why none is. */
    interface Call {
        /** Waits until a {@link System#nanoTime()}. */
        Outcome outcome(long deadline);
    }

    private final String name;
    private final Class<? extends PaymentEvent> type;
    private final Function<Envelope<PaymentEvent>, Optional<String>> handler;
    private final Settings settings;

    /** Those below are guarded by this object. */
    private int slowInARow;

    private int hanging;
    private @Nullable Instant restsUntil;

    /** What all listeners of a relay share. */
    record Settings(Executor executor, Clock clock, Duration limit, Redelivery redelivery) {}

    /** The handler gives the cause why the event was not handled, or throws anything. */
    NamedListener(
            String name,
            Class<? extends PaymentEvent> type,
            Function<Envelope<PaymentEvent>, Optional<String>> handler,
            Settings settings) {
        this.name = name;
        this.type = type;
        this.handler = handler;
        this.settings = settings;
    }

    String name() {
        return name;
    }

    boolean hears(PaymentEvent event) {
        return type.isInstance(event);
    }

    /** Starts a call, unless it rests. */
    Call call(Envelope<PaymentEvent> envelope) {
        Outcome refused = refused();
        if (refused != null) {
            return deadline -> refused;
        }
        Running running = new Running(envelope);
        try {
            settings.executor().execute(running.task);
        } catch (Throwable full) {
            if (!running.dropped()) {
                return running; // it was taken all the same
            }
            Outcome rests = new Outcome.Rests("no thread was free for it", later(0));
            return deadline -> rests;
        }
        return running;
    }

    private synchronized @Nullable Outcome refused() {
        Instant until = restsUntil;
        // longer than it can be meant to: the clock was set back
        if (until != null && settings.clock().instant().isBefore(until) && !until.isAfter(later(slowInARow))) {
            return new Outcome.Rests("it took too long with another event", until);
        }
        return hanging >= MOST_HANGING ? new Outcome.Failed("earlier calls still have not come back") : null;
    }

    private Instant later(int failures) {
        return settings.clock().instant().plus(settings.redelivery().waitAfter(failures));
    }

    private synchronized void answeredInTime() {
        slowInARow = 0;
        restsUntil = null;
    }

    private synchronized void tookTooLong() {
        hanging++;
        restsUntil = later(slowInARow++);
    }

    private synchronized void abandoned() {
        hanging++;
    }

    private synchronized void cameBack() {
        hanging--;
    }

    /** What a call is to those who start it and wait for it; each step is taken by one of them. */
    private enum State {
        NEW,
        RUNNING,
        ENDED,
        /** Nobody waits for it any more, and it has not come back. */
        HANGING,
        /** Nobody waits for it any more, and it will not be started. */
        DROPPED
    }

    /** A call on another thread. */
    private final class Running implements Call {
        private final AtomicReference<State> state = new AtomicReference<>(State.NEW);
        private final FutureTask<Optional<String>> task;

        Running(Envelope<PaymentEvent> envelope) {
            task = new FutureTask<>(() -> {
                if (!state.compareAndSet(State.NEW, State.RUNNING)) {
                    return Optional.empty();
                }
                try {
                    return handler.apply(envelope);
                } finally {
                    if (!state.compareAndSet(State.RUNNING, State.ENDED)) {
                        cameBack();
                    }
                }
            });
        }

        @Override
        public Outcome outcome(long deadline) {
            try {
                return answer(task.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS));
            } catch (ExecutionException thrown) {
                return failed(thrown);
            } catch (TimeoutException slow) {
                return tooLate();
            } catch (InterruptedException stopped) {
                return stopped();
            }
        }

        private Outcome answer(Optional<String> failure) {
            answeredInTime();
            return failure.<Outcome>map(Outcome.Failed::new).orElseGet(Outcome.Handled::new);
        }

        private Outcome failed(ExecutionException thrown) {
            answeredInTime();
            Throwable cause = thrown.getCause();
            // never its message, which may hold anything
            return new Outcome.Failed(
                    cause == null ? "it failed" : cause.getClass().getName().replaceAll(".*[.$](?=[A-Za-z])", ""));
        }

        /** Whether it had not begun; then it never will. */
        boolean dropped() {
            boolean mine = state.compareAndSet(State.NEW, State.DROPPED);
            if (mine) {
                task.cancel(false);
            }
            return mine;
        }

        private Outcome tooLate() {
            if (dropped()) {
                return new Outcome.Rests("no thread was free for it", later(0));
            } else if (state.compareAndSet(State.RUNNING, State.HANGING)) {
                tookTooLong();
                task.cancel(true);
                return new Outcome.Failed("not handled within " + settings.limit());
            }
            try {
                // it has just ended
                return answer(task.get());
            } catch (ExecutionException thrown) {
                return failed(thrown);
            } catch (InterruptedException stopped) {
                return stopped();
            }
        }

        private Outcome stopped() {
            if (!state.compareAndSet(State.NEW, State.DROPPED) && state.compareAndSet(State.RUNNING, State.HANGING)) {
                abandoned();
            }
            task.cancel(true);
            Thread.currentThread().interrupt();
            return new Outcome.Stopped();
        }
    }
}
