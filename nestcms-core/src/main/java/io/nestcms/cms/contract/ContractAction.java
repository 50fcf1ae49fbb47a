package io.nestcms.cms.contract;

/**
 * What can be done with a contract.
 *
 * @since 0.1
 */
public enum ContractAction {
    /** The draft goes to the client. */
    OFFER,
    /** The client says yes. */
    ACCEPT,
    /** The client says no; the draft may change. */
    DECLINE,
    /** Work begins. */
    ACTIVATE,
    /** Work has ended; needs all to be paid. */
    COMPLETE,
    /** Ended before its time; needs all that was paid to be given back. */
    CANCEL
}
