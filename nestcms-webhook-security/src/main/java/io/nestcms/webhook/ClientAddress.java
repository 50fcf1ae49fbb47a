package io.nestcms.webhook;

import org.jspecify.annotations.Nullable;

/**
 * Who sent a request, as far as it can be known.
 *
 * @param address the sender's address, {@code null} when it cannot be known
 */
record ClientAddress(@Nullable IpAddress address) {
    static final ClientAddress UNKNOWN = new ClientAddress(null);

    String text() {
        return address == null ? "unknown" : address.toString();
    }
}
