package io.nestcms.sandbox;

/** The letter of {@code payment_result.response_status}. */
enum Status {
    A("Authorised", true),
    H("Authorised", false),
    P("Pending", false),
    V("Voided", true),
    E("Error", true),
    D("Declined", true),
    X("Expired", true),
    C("Cancelled", true);

    private final String title;
    private final boolean last;

    Status(String title, boolean last) {
        this.title = title;
        this.last = last;
    }

    String title() {
        return title;
    }

    /** Whether the gateway calls it final; H and P are decided later. */
    boolean isFinal() {
        return last;
    }
}
