package io.nestcms.webhook;

import io.nestcms.webhook.Refusal.Reason;
import io.nestcms.webhook.WebhookEvent.SecurityAlert;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Brings the verifier's refusals to the threat monitor, and its alerts to the listeners. */
final class SourceWatch {
    private static final int MAX_TENANT = 64;
    private static final String UNKNOWN_TENANT = "\n";

    private final @Nullable ThreatMonitor monitor;
    private final Announcer announcer;

    SourceWatch(@Nullable ThreatMonitor monitor, Announcer announcer) {
        this.monitor = monitor;
        this.announcer = announcer;
    }

    /**
     * What a request that is not known to be signed is refused with: of a blocked source without its own reason, which is left
     * to the detail.
     */
    Refusal unsigned(Arrival arrival, Refusal refusal) {
        if (refusal.reason().isTemporary() || !isBlocked(arrival, tenant(arrival, refusal))) {
            return refusal;
        }
        return Refusal.of(Reason.SOURCE_BLOCKED, "of a source with too many refused requests: " + refusal.reason());
    }

    private boolean isBlocked(Arrival arrival, String tenant) {
        // the text that names the source costs more than all other checks together, and mostly nobody is blocked
        return monitor != null
                && monitor.blocksAny()
                && arrival.client() != null
                && monitor.isBlocked(key(arrival, tenant));
    }

    /** A good signature: whoever else stands behind that address, the provider does. */
    void signed(Arrival arrival) {
        if (monitor != null && monitor.blocksAny()) {
            monitor.unblock(key(arrival, arrival.request().tenant()));
        }
    }

    /** Counts a refusal. Only a source of unsigned requests is blocked. */
    void refused(Arrival arrival, Refusal refusal, boolean signed) {
        // a passing fault of our own is nobody's attack, and a block must not feed itself
        if (monitor == null || refusal.reason().isTemporary() || refusal.reason() == Reason.SOURCE_BLOCKED) {
            return;
        }
        boolean blockable = !signed && arrival.client() != null;
        for (ThreatMonitor.Threat threat : monitor.refused(key(arrival, tenant(arrival, refusal)), blockable)) {
            announcer.alert(alert(arrival, threat));
        }
    }

    /** A tenant that nobody knows is a text of the sender's own: it would be another source each time. */
    private static String tenant(Arrival arrival, Refusal refusal) {
        return refusal.reason() == Reason.SECRET_UNKNOWN
                ? UNKNOWN_TENANT
                : arrival.request().tenant();
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

    /** Scheme, tenant and address, on lines of their own, since a tenant may have spaces; a long tenant is cut off. */
    private static String key(Arrival arrival, String tenant) {
        IpAddress address = arrival.client();
        String source = address == null ? "unknown" : address.owner().toString();
        String name = tenant.length() > MAX_TENANT ? tenant.substring(0, MAX_TENANT) : tenant;
        return arrival.scheme() + '\n' + name + '\n' + source;
    }
}
