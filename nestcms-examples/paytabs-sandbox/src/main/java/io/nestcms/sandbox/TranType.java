package io.nestcms.sandbox;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What a transaction does, with its name in requests and in replies. */
enum TranType {
    SALE("Sale", false),
    AUTH("Auth", false),
    REGISTER("Register", false),
    /** A reference to pay with later; never asked for by name. */
    PAYMENT_REQUEST("Payment Request", false),
    CAPTURE("Capture", true),
    VOID("Void", true),
    RELEASE("Release", true),
    REFUND("Refund", true),
    /** Makes a hold last longer. */
    AUTHEXT("AuthExt", true);

    private final String title;
    private final boolean followUp;

    TranType(String title, boolean followUp) {
        this.title = title;
        this.followUp = followUp;
    }

    String title() {
        return title;
    }

    boolean isFollowUp() {
        return followUp;
    }

    static Optional<TranType> named(String name) {
        return Arrays.stream(values())
                .filter(type -> type != PAYMENT_REQUEST && type.name().equals(name.toUpperCase(Locale.ROOT)))
                .findFirst();
    }
}
