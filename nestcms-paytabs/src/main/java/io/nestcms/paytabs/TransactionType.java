package io.nestcms.paytabs;

import io.nestcms.payment.TransactionKind;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What PayTabs calls a transaction: {@code tran_type} and {@code original_tran_type}. Capitals, blanks, hyphens and underlines do not
 * matter.
 *
 * @since 0.1
 */
public enum TransactionType {
    /** Money taken at once. */
    SALE(TransactionKind.SALE),
    /** Money held; also what a sale becomes that anti-fraud holds. */
    AUTH(TransactionKind.AUTHORIZATION),
    /** A hold extended: {@code AuthExt}. In the official list of types, and nowhere explained; the core lets it move no money. */
    AUTH_EXT(TransactionKind.EXTENSION),
    /** A card verified and nothing kept. */
    REGISTER(TransactionKind.REGISTRATION),
    /** What a sale becomes that is paid elsewhere later: {@code Payment Request}. */
    PAYMENT_REQUEST(TransactionKind.PAYMENT_REQUEST),
    /** Held money taken. */
    CAPTURE(TransactionKind.CAPTURE),
    /** Held money given back. */
    VOID(TransactionKind.VOID),
    /** Held money given back; also what PayTabs calls a void afterwards. */
    RELEASE(TransactionKind.RELEASE),
    /** Taken money given back. */
    REFUND(TransactionKind.REFUND),
    /** A type that this version does not know, or none. */
    UNRECOGNISED(TransactionKind.UNRECOGNISED);

    private final TransactionKind kind;

    TransactionType(TransactionKind kind) {
        this.kind = kind;
    }

    /**
     * The core's word for it.
     *
     * @return the kind
     */
    public TransactionKind kind() {
        return kind;
    }

    static TransactionType of(@Nullable String text) {
        return switch (text == null ? "" : bare(text)) {
            case "sale" -> SALE;
            case "auth" -> AUTH;
            case "authext" -> AUTH_EXT;
            case "register" -> REGISTER;
            case "paymentrequest" -> PAYMENT_REQUEST;
            case "capture" -> CAPTURE;
            case "void" -> VOID;
            case "release" -> RELEASE;
            case "refund" -> REFUND;
            default -> UNRECOGNISED;
        };
    }

    private static String bare(String text) {
        return text.replaceAll("[\\s_-]", "").toLowerCase(Locale.ROOT);
    }
}
