package io.nestcms.sandbox;

/**
 * Under which carts a query finds captures, voids, releases and refunds. Not recorded anywhere; see the sandbox's rationale for why
 * {@link #OWN_CART} is the default.
 *
 * @since 0.1
 */
public enum FollowUpListing {
    /** Under the cart id that the follow-up's own request carried, and nowhere else. */
    OWN_CART,
    /** Under the cart id of the payment that it follows, and nowhere else. */
    ORIGINAL_CART,
    /** Under both. */
    BOTH,
    /** No query by a cart finds it; only its own reference does. */
    NOWHERE
}
