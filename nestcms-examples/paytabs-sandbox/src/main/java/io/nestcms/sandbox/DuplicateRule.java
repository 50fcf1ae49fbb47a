package io.nestcms.sandbox;

/**
 * Which requests the gateway takes for the same one (envelope code 4) when profile, cart, currency and amount agree inside
 * the window. PayTabs does not say whether the type belongs to the compared fields, so it can be chosen.
 *
 * @since 0.1
 */
public enum DuplicateRule {
    /** None: each request counts. */
    OFF,
    /** Only sales, authorisations and registrations are compared; two equal refunds both pass. */
    NEW_PAYMENTS,
    /** The type is compared too: two equal refunds collide, a sale and its full refund do not. The default. */
    SAME_TYPE,
    /** The type is not compared: a full refund right after its sale collides with the sale. */
    ANY_TYPE
}
