package io.nestcms.server.payment;

import io.nestcms.payment.ChargeMode;
import io.nestcms.payment.Ledger;
import io.nestcms.payment.Payment;
import io.nestcms.payment.PaymentOrder;
import io.nestcms.payment.TransactionKind;
import io.nestcms.payment.TransactionRef;
import java.util.List;
import java.util.regex.Pattern;

/** Payments as a table for spreadsheets (RFC 4180). What a payer or a shop typed is never run as a formula. */
final class PaymentCsv {
    static final String MEDIA_TYPE = "text/csv; charset=utf-8; header=present";
    /** Without it some spreadsheets take the bytes for another encoding, and Arabic is lost. */
    private static final String BYTE_ORDER_MARK = "\uFEFF";

    private static final String END = "\r\n";
    private static final List<String> COLUMNS = List.of(
            "id",
            "cartId",
            "createdAt",
            "updatedAt",
            "status",
            "mode",
            "currency",
            "amount",
            "taken",
            "held",
            "refunded",
            "refundable",
            "tranRef",
            "description");
    /** What a spreadsheet computes, also behind blanks and in the wide forms of East Asian scripts. */
    private static final Pattern FORMULA = Pattern.compile("\\A[\\s\\p{Z}\\p{Cf}]*[=+\\-@\uFF1D\uFF0B\uFF0D\uFF20]");

    private final StringBuilder text = new StringBuilder(BYTE_ORDER_MARK);

    /** A table with its heads and no rows. */
    PaymentCsv() {
        row(COLUMNS);
    }

    /** Adds a row. */
    void add(Payment payment) {
        PaymentOrder order = payment.order();
        Ledger ledger = payment.ledger();
        TransactionRef ref = payment.ref();
        row(List.of(
                payment.id().value(),
                MerchantCart.name(payment),
                payment.revision().createdAt().toString(),
                payment.revision().updatedAt().toString(),
                payment.status().name(),
                order.mode() == ChargeMode.SALE ? "sale" : "auth",
                order.amount().currencyCode(),
                order.amount().amountText(),
                ledger.taken().amountText(),
                ledger.held().amountText(),
                ledger.refunded().amountText(),
                ledger.left(TransactionKind.REFUND).amountText(),
                ref == null ? "" : ref.value(),
                order.description()));
    }

    private void row(List<String> cells) {
        String before = "";
        for (String cell : cells) {
            text.append(before).append(cell(cell));
            before = ",";
        }
        text.append(END);
    }

    /** One cell, always in quotes: what looks like a formula begins with an apostrophe. */
    static String cell(String value) {
        String harmless = FORMULA.matcher(value).find() ? "'" + value : value;
        return '"' + harmless.replace("\"", "\"\"") + '"';
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
