package io.nestcms.payment;

/**
 * Whether the payer's approval takes the money or only holds it.
 *
 * @since 0.1
 */
public enum ChargeMode {
    /** The approval takes the money. PayTabs: {@code sale}. */
    SALE,
    /** The approval holds the money until a capture or a void. PayTabs: {@code auth}. */
    AUTHORIZE
}
