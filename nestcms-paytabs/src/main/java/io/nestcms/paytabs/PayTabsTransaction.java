package io.nestcms.paytabs;

import io.nestcms.money.Money;
import io.nestcms.payment.TransactionKind;
import io.nestcms.payment.TransactionRef;
import io.nestcms.payment.TransactionState;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One transaction as PayTabs answered it. Fields that PayTabs left out, sent as null or sent empty are empty here; values
 * of enumerations that this version does not know are kept as text; fields that it does not know are kept in
 * {@link #others()}. Made by the client only, so that nothing passes for an answer of PayTabs that is none.
 *
 * <p>Immutable and safe for use by many threads. Holds a masked card number at most. {@link #toString()} shows no personal
 * data.
 *
 * @since 0.1
 */
public final class PayTabsTransaction {
    private static final Set<String> KNOWN = Set.of(
            "tran_ref",
            "previous_tran_ref",
            "tran_type",
            "tran_class",
            "cart_id",
            "cart_description",
            "cart_currency",
            "cart_amount",
            "tran_currency",
            "tran_total",
            "customer_ref",
            "customer_details",
            "shipping_details",
            "user_defined",
            "payment_result",
            "payment_info",
            "threeDSDetails",
            "token",
            "invoice_id",
            "redirect_url",
            "trace");

    private final Fields fields;
    private final TransactionRef ref;
    private final @Nullable TransactionRef previousRef;
    private final @Nullable String cartId;
    private final @Nullable Money cartAmount;
    private final @Nullable Money total;
    private final @Nullable PaymentResult result;

    /**
     * Reads what money hangs on at once, so that an unreadable amount makes the whole answer unreadable.
     *
     * @throws UnreadableReplyException if reference, amounts or result are not what they should be
     */
    PayTabsTransaction(Fields fields) {
        this.fields = fields;
        this.ref = fields.requiredRef("tran_ref");
        this.previousRef = fields.ref("previous_tran_ref");
        this.cartAmount = fields.money("cart_amount", "cart_currency");
        this.total = fields.money("tran_total", "tran_currency");
        Fields decided = fields.child("payment_result");
        this.result = decided == null ? null : PaymentResult.of(decided);
        this.cartId = fields.text("cart_id");
    }

    /**
     * PayTabs' name for the transaction.
     *
     * @return {@code tran_ref}
     */
    public TransactionRef ref() {
        return ref;
    }

    /**
     * The transaction that this one follows up.
     *
     * @return {@code previous_tran_ref}, or empty
     */
    public Optional<TransactionRef> previousRef() {
        return Optional.ofNullable(previousRef);
    }

    /**
     * What the transaction is. Capitals do not matter.
     *
     * @return the kind; {@link TransactionKind#UNRECOGNISED} when {@link #type()} is missing or new
     */
    public TransactionKind kind() {
        return kind(fields.note("tran_type"));
    }

    static TransactionKind kind(@Nullable String type) {
        return switch (type == null ? "" : type.strip().toLowerCase(Locale.ROOT)) {
            case "sale" -> TransactionKind.SALE;
            case "auth" -> TransactionKind.AUTHORIZATION;
            case "register" -> TransactionKind.REGISTRATION;
            case "payment request" -> TransactionKind.PAYMENT_REQUEST;
            case "capture" -> TransactionKind.CAPTURE;
            case "void" -> TransactionKind.VOID;
            case "release" -> TransactionKind.RELEASE;
            case "refund" -> TransactionKind.REFUND;
            default -> TransactionKind.UNRECOGNISED;
        };
    }

    /**
     * What the transaction is, in PayTabs' spelling.
     *
     * @return {@code tran_type}, for example {@code Sale}, or empty
     */
    public Optional<String> type() {
        return text("tran_type");
    }

    /**
     * How it was made, in PayTabs' spelling.
     *
     * @return {@code tran_class}, for example {@code ECom}, or empty
     */
    public Optional<String> transactionClass() {
        return text("tran_class");
    }

    /**
     * How the transaction stands.
     *
     * @return {@link TransactionState#OPEN} without a result; {@link TransactionState#UNRECOGNISED} when the result's
     *     status is missing or new
     */
    public TransactionState state() {
        return result == null ? TransactionState.OPEN : result.state();
    }

    /**
     * The cart that it belongs to.
     *
     * @return {@code cart_id}, or empty
     */
    public Optional<String> cartId() {
        return Optional.ofNullable(cartId);
    }

    /**
     * What was bought.
     *
     * @return {@code cart_description}, or empty
     */
    public Optional<String> description() {
        return text("cart_description");
    }

    /**
     * What was asked for.
     *
     * @return {@code cart_amount} in {@code cart_currency}, or empty
     */
    public Optional<Money> cartAmount() {
        return Optional.ofNullable(cartAmount);
    }

    /**
     * What the transaction is over: for a page that nobody paid yet there is none, for a declined one it is what would
     * have been charged.
     *
     * @return {@code tran_total} in {@code tran_currency}, or empty
     */
    public Optional<Money> total() {
        return Optional.ofNullable(total);
    }

    /**
     * The decision.
     *
     * @return {@code payment_result}, or empty while there is none
     */
    public Optional<PaymentResult> result() {
        return Optional.ofNullable(result);
    }

    /**
     * What it was paid with.
     *
     * @return {@code payment_info}, or empty
     */
    public Optional<PaymentInstrument> instrument() {
        return Optional.of(fields.notes("payment_info"))
                .filter(info -> !info.isEmpty())
                .map(PaymentInstrument::of);
    }

    /**
     * What 3-D Secure said, by PayTabs' field names.
     *
     * @return {@code threeDSDetails}; empty when there is none
     */
    public Map<String, String> threeDSecure() {
        return fields.notes("threeDSDetails");
    }

    /**
     * The saved card's token, when one was asked for.
     *
     * @return {@code token}, or empty
     */
    public Optional<String> token() {
        return text("token");
    }

    /**
     * The merchant's name for the customer.
     *
     * @return {@code customer_ref}, or empty
     */
    public Optional<String> customerRef() {
        return text("customer_ref");
    }

    /**
     * Who paid, by PayTabs' field names. Personal data.
     *
     * @return {@code customer_details}; empty when there is none
     */
    public Map<String, String> customer() {
        return fields.notes("customer_details");
    }

    /**
     * Where it goes, by PayTabs' field names. Personal data.
     *
     * @return {@code shipping_details}; empty when there is none
     */
    public Map<String, String> shipping() {
        return fields.notes("shipping_details");
    }

    /**
     * The merchant's own fields, {@code udf1} to {@code udf9}.
     *
     * @return {@code user_defined}; empty when there is none
     */
    public Map<String, String> userDefined() {
        return fields.notes("user_defined");
    }

    /**
     * The invoice that was paid.
     *
     * @return {@code invoice_id}, or empty
     */
    public Optional<String> invoiceId() {
        return text("invoice_id");
    }

    /**
     * What to quote to PayTabs' support.
     *
     * @return {@code trace}, or empty
     */
    public Optional<String> trace() {
        return Optional.ofNullable(Traces.clean(fields.note("trace")));
    }

    /**
     * Every field that has no method here, as its JSON.
     *
     * @return by name; a copy
     */
    public Map<String, String> others() {
        return new LinkedHashMap<>(fields.except(KNOWN));
    }

    private Optional<String> text(String name) {
        return Optional.ofNullable(fields.note(name));
    }

    /**
     * Reference, type and state only.
     *
     * @return for logs
     */
    @Override
    public String toString() {
        return "PayTabsTransaction[" + ref + " " + kind() + " " + state() + "]";
    }

    /**
     * A decision of PayTabs. Code and message are for the merchant, not for the payer.
     *
     * @param state how the transaction stands
     * @param status PayTabs' letter for it, or {@code null}
     * @param code PayTabs' code: on success the issuer's reference, so never to be compared with a constant; or
     *     {@code null}
     * @param message PayTabs' words, or {@code null}
     * @param acquirerRef the acquirer's reference, or {@code null}
     * @param at when, or {@code null}
     * @since 0.1
     */
    public record PaymentResult(
            TransactionState state,
            @Nullable String status,
            @Nullable String code,
            @Nullable String message,
            @Nullable String acquirerRef,
            @Nullable Instant at) {
        static PaymentResult of(Fields fields) {
            String status = fields.text("response_status");
            return new PaymentResult(
                    state(status),
                    status,
                    fields.note("response_code"),
                    fields.note("response_message"),
                    fields.note("acquirer_ref"),
                    instant(fields.note("transaction_time")));
        }

        static TransactionState state(@Nullable String status) {
            return switch (status == null ? "" : status.strip().toUpperCase(Locale.ROOT)) {
                case "A" -> TransactionState.APPROVED;
                case "H" -> TransactionState.ON_HOLD;
                case "P" -> TransactionState.PENDING;
                case "V" -> TransactionState.VOIDED;
                case "E" -> TransactionState.ERROR;
                case "D" -> TransactionState.DECLINED;
                case "X" -> TransactionState.EXPIRED;
                case "C" -> TransactionState.CANCELLED;
                default -> TransactionState.UNRECOGNISED;
            };
        }

        private static @Nullable Instant instant(@Nullable String time) {
            if (time == null) {
                return null;
            }
            try {
                return OffsetDateTime.parse(time).toInstant();
            } catch (DateTimeException otherForm) {
                // a time is for people: no decision hangs on it, so a new form of it must not make an answer unreadable
                return null;
            }
        }
    }

    /**
     * What a transaction was paid with.
     *
     * @param method the payment method, or {@code null}
     * @param cardType for example {@code Credit}, or {@code null}
     * @param cardScheme for example {@code Visa}, or {@code null}
     * @param description the masked card number or another description, or {@code null}
     * @param expiryMonth 1 to 12, or {@code null}
     * @param expiryYear with four digits, or {@code null}
     * @since 0.1
     */
    public record PaymentInstrument(
            @Nullable String method,
            @Nullable String cardType,
            @Nullable String cardScheme,
            @Nullable String description,
            @Nullable String expiryMonth,
            @Nullable String expiryYear) {
        static PaymentInstrument of(Map<String, String> info) {
            return new PaymentInstrument(
                    info.get("payment_method"),
                    info.get("card_type"),
                    info.get("card_scheme"),
                    info.get("payment_description"),
                    info.get("expiryMonth"),
                    info.get("expiryYear"));
        }
    }
}
