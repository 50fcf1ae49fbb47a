package io.nestcms.limit;

/**
 * Counts requests against limits: a port. Implementations are safe for use by many threads and pass
 * {@code RequestLimitsContract}. One that cannot reach what it shares limits on its own, and never lets all through.
 *
 * @since 0.1
 */
public interface RequestLimits {
    /**
     * Takes one request. A refused one costs nothing. Atomic, over all that share the limits.
     *
     * @param limit the limit
     * @param client who asks, as an address or a user's id
     * @return whether it may be served
     */
    LimitAnswer take(RequestLimit limit, String client);
}
