package io.nestcms.paytabs;

import io.nestcms.payment.GatewayOutcome;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One line for each call: method, path, status, duration, trace. Never a key, a card or a body. */
final class CallLog {
    private static final Logger LOG = LoggerFactory.getLogger(PayTabsClient.class);

    private final LongSupplier nanoTime;

    CallLog(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    Entry begin(String method, String path) {
        return new Entry(method, path, nanoTime.getAsLong());
    }

    /** A call that is on its way. */
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
            if (end.outcome() instanceof GatewayOutcome.Indeterminate<?> unknown) {
                LOG.warn(
                        "PayTabs {} {} {} in {} ms, trace {}: outcome unknown, {}",
                        method,
                        path,
                        status,
                        millis,
                        end.trace(),
                        unknown.detail());
            } else {
                LOG.debug("PayTabs {} {} {} in {} ms, trace {}", method, path, status, millis, end.trace());
            }
        }
    }
}
