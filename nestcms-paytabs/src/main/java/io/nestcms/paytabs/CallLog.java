package io.nestcms.paytabs;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One line for each attempt: method, path, status, duration, trace. Never a key, a card or a body. And the time of each whole call for
 * whoever watches.
 */
final class CallLog {
    private static final Logger LOG = LoggerFactory.getLogger(PayTabsClient.class);

    private final LongSupplier nanoTime;
    private final List<Watcher> watchers = new CopyOnWriteArrayList<>();

    CallLog(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** Hears of every whole call, whatever its end: attempts and the waits between them together. */
    interface Watcher {
        void ended(String gateway, Api api, String outcome, Duration time);
    }

    void watch(Watcher watcher) {
        watchers.add(watcher);
    }

    /** Begins the time of a call behind a gateway's guard; several gateways may share one client. */
    Time time(String gateway, Api api) {
        return new Time(gateway, api, nanoTime.getAsLong());
    }

    /** The time of a whole call. */
    final class Time {
        private final String gateway;
        private final Api api;
        private final long startedAt;

        private Time(String gateway, Api api, long startedAt) {
            this.gateway = gateway;
            this.api = api;
            this.startedAt = startedAt;
        }

        <T> CallEnd<T> end(CallEnd<T> end) {
            Duration time = Duration.ofNanos(nanoTime.getAsLong() - startedAt);
            for (Watcher watcher : watchers) {
                try {
                    watcher.ended(gateway, api, end.label(), time);
                } catch (Throwable broken) {
                    // a meter that breaks must not cost the caller the outcome of a payment
                    LOG.warn(
                            "A meter of PayTabs' calls broke: {}",
                            broken.getClass().getName());
                }
            }
            return end;
        }
    }

    Entry begin(Operation<?> operation) {
        return new Entry(operation.method(), operation.path(), nanoTime.getAsLong());
    }

    /** An attempt that is on its way. */
    final class Entry {
        private final String method;
        private final String path;
        private final long startedAt;

        private Entry(String method, String path, long startedAt) {
            this.method = method;
            this.path = path;
            this.startedAt = startedAt;
        }

        void end(Exchange exchange, CallEnd<?> end) {
            long millis = TimeUnit.NANOSECONDS.toMillis(nanoTime.getAsLong() - startedAt);
            if (exchange instanceof Exchange.Unsent unsent) {
                LOG.warn("PayTabs {} {} not sent ({}) after {} ms", method, path, unsent.detail(), millis);
                return;
            }
            Object status = exchange instanceof Exchange.Answer answer ? answer.status() : "no answer";
            if (end.outcome() instanceof PayTabsOutcome.Indeterminate<?> unknown) {
                LOG.warn(
                        "PayTabs {} {} {} in {} ms, trace {}: outcome unknown, {}",
                        method,
                        path,
                        status,
                        millis,
                        end.trace(),
                        unknown.detail());
            } else if (end.outcome() instanceof PayTabsOutcome.Misconfigured<?> ours) {
                LOG.warn(
                        "PayTabs {} {} {} in {} ms, trace {}: our setting is wrong: {}, code {}",
                        method,
                        path,
                        status,
                        millis,
                        end.trace(),
                        ours.setting(),
                        ours.error().code());
            } else {
                LOG.debug("PayTabs {} {} {} in {} ms, trace {}", method, path, status, millis, end.trace());
            }
        }
    }
}
