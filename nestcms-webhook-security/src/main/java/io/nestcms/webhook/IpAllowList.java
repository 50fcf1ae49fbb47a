package io.nestcms.webhook;

import io.nestcms.webhook.Refusal.Reason;
import java.net.InetAddress;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The addresses that may send. An address that is not known is not allowed.
 *
 * <p>Standing alone it looks at the address of the socket's other end. Behind proxies, give the verifier
 * {@link TrustedProxies} as well.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @since 0.1
 */
public final class IpAllowList implements WebhookCheck {
    private final List<CidrBlock> blocks;

    private IpAllowList(List<CidrBlock> blocks) {
        this.blocks = blocks;
    }

    /**
     * A list of ranges.
     *
     * @param blocks ranges such as {@code 10.0.0.0/8} or {@code 2001:db8::/32} and single addresses, at least one. An IPv6
     *     form of an IPv4 address ({@code ::ffff:10.0.0.1}) is that IPv4 address
     * @return the list
     * @throws IllegalArgumentException if there is no range, or one cannot be read, names a zone or a host, or has address
     *     bits after its prefix
     */
    public static IpAllowList of(Collection<String> blocks) {
        if (blocks.isEmpty()) {
            throw new IllegalArgumentException("blocks is empty: nobody would be allowed");
        }
        return new IpAllowList(blocks.stream().map(CidrBlock::parse).toList());
    }

    /**
     * Whether an address is on the list.
     *
     * @param address the address
     * @return {@code true} if one of the ranges holds it
     */
    public boolean allows(InetAddress address) {
        return allows(IpAddress.of(address));
    }

    boolean allows(IpAddress address) {
        for (int i = 0; i < blocks.size(); i++) {
            if (blocks.get(i).contains(address)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public Optional<Refusal> check(WebhookRequest request) {
        return Optional.ofNullable(refusal(TrustedProxies.none().resolve(request)));
    }

    @Nullable Refusal refusal(@Nullable IpAddress address) {
        if (address == null) {
            return Refusal.of(Reason.SOURCE_UNKNOWN, "the sender's address is not known");
        }
        return allows(address)
                ? null
                : Refusal.of(Reason.SOURCE_NOT_ALLOWED, "the sender's address is not on the list");
    }
}
