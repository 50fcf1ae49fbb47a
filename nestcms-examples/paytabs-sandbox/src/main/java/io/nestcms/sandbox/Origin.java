package io.nestcms.sandbox;

/** Who asked for a transaction, where it shows on the wire. */
enum Origin {
    /** The merchant's server; a payer's page may belong to it. */
    API,
    /** A person in the dashboard. */
    DASHBOARD,
    /** The merchant's server, by the call that makes a SADAD bill at once. */
    SADAD
}
