package io.nestcms.paytabs;

import java.util.Locale;

/** The calls of the API, one for each method of the client; named so in the meters. */
enum Api {
    CHARGE(Lane.PAYMENTS, false),
    FOLLOW_UP(Lane.PAYMENTS, false),
    TRANSACTION(Lane.QUERIES, true),
    TRANSACTIONS(Lane.QUERIES, true),
    TOKEN(Lane.OTHERS, true),
    DELETE_TOKEN(Lane.OTHERS, false),
    CREATE_INVOICE(Lane.OTHERS, false),
    INVOICE_STATUS(Lane.OTHERS, true),
    INVOICE_STATUS_BY_POST(Lane.OTHERS, true),
    INVOICE(Lane.OTHERS, true),
    CANCEL_INVOICE(Lane.OTHERS, false),
    CANCEL_INVOICE_BY_PUT(Lane.OTHERS, false),
    MARK_INVOICE_PAID(Lane.OTHERS, false),
    TEXT_INVOICE(Lane.OTHERS, false),
    CREATE_LINK(Lane.OTHERS, false),
    LINK(Lane.OTHERS, true),
    VALU_PLANS(Lane.OTHERS, true),
    SADAD_TRANSACTION(Lane.OTHERS, true);

    private final Lane lane;
    private final boolean reads;

    Api(Lane lane, boolean reads) {
        this.lane = lane;
        this.reads = reads;
    }

    /** Whose breaker it goes through. */
    Lane lane() {
        return lane;
    }

    /** Whether it changes nothing at PayTabs, so that an error of any kind means that nothing was done. */
    boolean reads() {
        return reads;
    }

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** What fails together, and has a breaker of its own: a broken invoice call must stop no payment. */
    enum Lane {
        PAYMENTS(""),
        QUERIES("-query"),
        OTHERS("-other");

        private final String suffix;

        Lane(String suffix) {
            this.suffix = suffix;
        }

        String breaker(String gateway) {
            return gateway + suffix;
        }
    }
}
