package io.nestcms.webhook;

import io.nestcms.webhook.Refusal.Reason;
import io.nestcms.webhook.WebhookEvent.SecurityAlert;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Brings the verifier's refusals to the threat monitor, and its alerts to the listeners. */
final class SourceWatch {
    private final @Nullable ThreatMonitor monitor;
    private final Announcer announcer;

    SourceWatch(@Nullable ThreatMonitor monitor, Announcer announcer) {
        this.monitor = monitor;
        this.announcer = announcer;
    }

    boolean isBlocked(Arrival arrival) {
        // the text that names the source costs more than all other checks together, and mostly nobody is blocked
        if (monitor == null || !monitor.blocksAny()) {
            return false;
        }
        IpAddress address = arrival.client();
        return address != null && monitor.isBlocked(key(arrival, address.owner().toString()));
    }

    void refused(Arrival arrival, Refusal refusal) {
        // a passing fault of our own is nobody's attack, and a block must not feed itself
        if (monitor == null || refusal.reason().isTemporary() || refusal.reason() == Reason.SOURCE_BLOCKED) {
            return;
        }
        IpAddress address = arrival.client();
        String source = address == null ? "unknown" : address.owner().toString();
        for (ThreatMonitor.Threat threat : monitor.refused(key(arrival, source), address != null)) {
            announcer.alert(alert(arrival, threat));
        }
    }

    private static SecurityAlert alert(Arrival arrival, ThreatMonitor.Threat threat) {
        Duration blockedFor = threat.blockedFor();
        return new SecurityAlert(
                arrival.at(),
                arrival.origin(),
                threat.fromMany() ? SecurityAlert.Kind.REFUSALS_FROM_MANY : SecurityAlert.Kind.REFUSALS_FROM_SOURCE,
                threat.refusals() + " refused requests within the window",
                blockedFor == null ? null : arrival.at().plus(blockedFor));
    }

    private static String key(Arrival arrival, String source) {
        return arrival.scheme() + ' ' + source;
    }
}
