package io.nestcms.paytabs;

import io.nestcms.money.Money;
import io.nestcms.payment.TransactionKind;
import io.nestcms.payment.TransactionRef;
import io.nestcms.payment.TransactionState;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.YearMonth;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One transaction as PayTabs answered it. Fields that PayTabs left out, sent as null or sent empty are empty here; values
 * of enumerations that this version does not know are kept as text; fields that it does not know are kept in
 * {@link #others()}, and those of the result and the instrument in theirs. Made from an answer of PayTabs or from a signed notification
 * only, so that nothing passes for one that is none.
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
            "original_tran_type",
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
            "paymentChannel",
            "ipn_trace",
            "trace");

    private static final List<String> OBJECTS =
            List.of("customer_details", "shipping_details", "user_defined", "payment_info", "threeDSDetails");

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
     * What the transaction is in the core's terms.
     *
     * @return the kind of its {@link #type()}
     */
    public TransactionKind kind() {
        return type().kind();
    }

    static TransactionKind kind(@Nullable String type) {
        return TransactionType.of(type).kind();
    }

    /**
     * What was asked for in the core's terms.
     *
     * @return the kind of its {@link #askedType()}
     */
    public TransactionKind askedKind() {
        return askedType().kind();
    }

    /**
     * What the transaction is, or has become.
     *
     * @return the type; {@link TransactionType#UNRECOGNISED} when {@link #typeText()} is missing or new
     */
    public TransactionType type() {
        return TransactionType.of(fields.note("tran_type"));
    }

    /**
     * What was asked for, where PayTabs says that it became something else: a sale that anti-fraud holds becomes an {@code Auth}, one
     * that is paid elsewhere a {@code Payment Request}, a void a {@code Release}. Queries say so, notifications and direct replies do
     * not.
     *
     * @return {@code original_tran_type}, or empty
     */
    public Optional<TransactionType> originalType() {
        return originalTypeText().map(TransactionType::of);
    }

    /**
     * What was asked for, as far as this answer tells.
     *
     * @return {@link #originalType()}, or {@link #type()} when PayTabs does not say
     */
    public TransactionType askedType() {
        return originalType().orElseGet(this::type);
    }

    /**
     * What the transaction is, in PayTabs' spelling.
     *
     * @return {@code tran_type}, for example {@code Sale}, or empty
     */
    public Optional<String> typeText() {
        return text("tran_type");
    }

    /**
     * What was asked for, in PayTabs' spelling.
     *
     * @return {@code original_tran_type}, or empty
     */
    public Optional<String> originalTypeText() {
        return text("original_tran_type");
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
     *     status is missing or new; {@link TransactionState#UNANSWERED} for an error that {@linkplain ResultReason#NO_ANSWER says} that
     *     the processor did not answer
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
        return Optional.ofNullable(PaymentInstrument.in(fields));
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
     * Through which door it came, as far as PayTabs tells: {@code Payment Page}, {@code Dashboard}, {@code Transaction API}.
     *
     * @return {@code paymentChannel}, or empty
     */
    public Optional<String> channel() {
        return text("paymentChannel");
    }

    /**
     * What to quote to PayTabs' support.
     *
     * @return {@code trace}, or {@code ipn_trace} of a notification, or empty
     */
    public Optional<String> trace() {
        String field = fields.has("trace") ? "trace" : "ipn_trace";
        return Optional.ofNullable(Traces.clean(fields.note(field)));
    }

    /**
     * Every field that has no method here, as its JSON, and those of another form than their methods give.
     *
     * @return by name; a copy
     */
    public Map<String, String> others() {
        Map<String, String> others = new LinkedHashMap<>(fields.except(KNOWN));
        Map<String, String> all = fields.texts();
        for (String object : OBJECTS) {
            String otherForm = all.get(object);
            if (otherForm != null && fields.object(object) == null) {
                others.put(object, otherForm);
            }
        }
        return others;
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
     * @param state how the transaction stands; {@link TransactionState#UNANSWERED} when the reason is {@link
     *     ResultReason#NO_ANSWER}
     * @param reason why it was not approved, as far as the code tells
     * @param status PayTabs' letter for it, or {@code null}
     * @param code PayTabs' code: on success the issuer's reference, so never to be compared with a constant; or
     *     {@code null}
     * @param message PayTabs' words, or {@code null}
     * @param acquirerRef the acquirer's reference, or {@code null}
     * @param acquirerRrn the reference by which a bank traces a refund, or {@code null}
     * @param acquirerMessage the acquirer's words, or {@code null}
     * @param cvvResult what became of the check of the security code, or {@code null}; PayTabs sends a blank for none
     * @param avsResult what became of the check of the address, or {@code null}; PayTabs sends a blank for none
     * @param at when, or {@code null} when it is missing or of a new form, which {@code others} then keeps
     * @param others every other field, as its JSON, by name
     * @since 0.1
     */
    public record PaymentResult(
            TransactionState state,
            ResultReason reason,
            @Nullable String status,
            @Nullable String code,
            @Nullable String message,
            @Nullable String acquirerRef,
            @Nullable String acquirerRrn,
            @Nullable String acquirerMessage,
            @Nullable String cvvResult,
            @Nullable String avsResult,
            @Nullable Instant at,
            Map<String, String> others) {
        private static final Set<String> TYPED = Set.of(
                "response_status",
                "response_code",
                "response_message",
                "acquirer_ref",
                "acquirer_rrn",
                "acquirer_message",
                "cvv_result",
                "avs_result");

        /**
         * Copies the map.
         *
         * @param state how the transaction stands
         * @param reason why it was not approved
         * @param status PayTabs' letter, or {@code null}
         * @param code PayTabs' code, or {@code null}
         * @param message PayTabs' words, or {@code null}
         * @param acquirerRef the acquirer's reference, or {@code null}
         * @param acquirerRrn the bank's reference, or {@code null}
         * @param acquirerMessage the acquirer's words, or {@code null}
         * @param cvvResult of the security code, or {@code null}
         * @param avsResult of the address, or {@code null}
         * @param at when, or {@code null}
         * @param others every other field
         */
        public PaymentResult {
            Objects.requireNonNull(state, "state");
            Objects.requireNonNull(reason, "reason");
            others = Map.copyOf(others);
        }

        static PaymentResult of(Fields fields) {
            String status = fields.text("response_status");
            String code = fields.note("response_code");
            ResultReason reason = ResultReason.of(status, code);
            Instant at = instant(fields.note("transaction_time"));
            return new PaymentResult(
                    reason == ResultReason.NO_ANSWER ? TransactionState.UNANSWERED : state(status),
                    reason,
                    status,
                    code,
                    fields.note("response_message"),
                    fields.said("acquirer_ref"),
                    fields.said("acquirer_rrn"),
                    fields.said("acquirer_message"),
                    fields.said("cvv_result"),
                    fields.said("avs_result"),
                    at,
                    fields.except(at == null ? TYPED : Fields.with(TYPED, "transaction_time")));
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
     * @param issuerName who issued the card or the account, or {@code null}
     * @param issuerCountry the issuer's country, ISO 3166 with two letters where it was recorded, or {@code null}
     * @param expiry the last month of the card, or {@code null} when it is missing or of a new form, which {@code others} then keeps
     * @param others every other field, as its JSON, by name
     * @since 0.1
     */
    public record PaymentInstrument(
            @Nullable String method,
            @Nullable String cardType,
            @Nullable String cardScheme,
            @Nullable String description,
            @Nullable String issuerName,
            @Nullable String issuerCountry,
            @Nullable YearMonth expiry,
            Map<String, String> others) {
        private static final Set<String> TYPED = Set.of(
                "payment_method", "card_type", "card_scheme", "payment_description", "issuerName", "issuerCountry");

        /**
         * Copies the map.
         *
         * @param method the payment method, or {@code null}
         * @param cardType the card's type, or {@code null}
         * @param cardScheme the card's scheme, or {@code null}
         * @param description the masked card number, or {@code null}
         * @param issuerName who issued it, or {@code null}
         * @param issuerCountry the issuer's country, or {@code null}
         * @param expiry the last month, or {@code null}
         * @param others every other field
         */
        public PaymentInstrument {
            others = Map.copyOf(others);
        }

        /** The instrument of an answer, or {@code null} when there is none; no decision hangs on it, so any other form is none. */
        static @Nullable PaymentInstrument in(Fields answer) {
            Fields info = answer.object("payment_info");
            return info == null || info.texts().isEmpty() ? null : of(info);
        }

        private static PaymentInstrument of(Fields info) {
            YearMonth expiry = month(info.note("expiryYear"), info.note("expiryMonth"));
            return new PaymentInstrument(
                    info.said("payment_method"),
                    info.said("card_type"),
                    info.said("card_scheme"),
                    info.said("payment_description"),
                    info.said("issuerName"),
                    info.said("issuerCountry"),
                    expiry,
                    info.except(expiry == null ? TYPED : Fields.with(TYPED, "expiryMonth", "expiryYear")));
        }

        private static @Nullable YearMonth month(@Nullable String year, @Nullable String month) {
            if (year == null || month == null) {
                return null;
            }
            try {
                return YearMonth.of(Integer.parseInt(year.strip()), Integer.parseInt(month.strip()));
            } catch (DateTimeException | NumberFormatException otherForm) {
                return null;
            }
        }
    }
}
