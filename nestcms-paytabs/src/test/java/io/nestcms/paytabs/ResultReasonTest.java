package io.nestcms.paytabs;

import static org.assertj.core.api.Assertions.assertThat;

import io.nestcms.payment.TransactionKind;
import io.nestcms.payment.TransactionState;
import java.util.Locale;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What PayTabs' letters, codes and types mean. */
class ResultReasonTest {
    @ParameterizedTest
    @CsvSource({
        "A, G33093, NONE, APPROVED",
        "A, 401, NONE, APPROVED",
        "H, G30046, NONE, ON_HOLD",
        "P, 600, NONE, PENDING",
        "Q, 401, NONE, UNRECOGNISED",
        "E, 401, NO_ANSWER, UNANSWERED",
        "e, ' 401 ', NO_ANSWER, UNANSWERED",
        "E, 400, NO_ANSWER, UNANSWERED",
        "E, 500, NO_ANSWER, UNANSWERED",
        "E, 503, NO_ANSWER, UNANSWERED",
        "E, , NO_ANSWER, UNANSWERED",
        "E, 501, FRAUD_REPORTED, ERROR",
        "E, 120, PREVIOUS_ON_HOLD, ERROR",
        "E, 320, NOT_REFUNDABLE, ERROR",
        "E, 999, OTHER, ERROR",
        "D, 300, NOT_AUTHORISED, DECLINED",
        "D, 305, SECURITY_CODE, DECLINED",
        "D, 310, THREE_D_SECURE, DECLINED",
        "D, 313, NOT_PERMITTED, DECLINED",
        "D, 316, INSUFFICIENT_FUNDS, DECLINED",
        "D, 325, LIMIT_EXCEEDED, DECLINED",
        "D, 335, TYPE_NOT_SUPPORTED, DECLINED",
        "D, 342, REFUND_TOO_HIGH, DECLINED",
        "D, 354, CARD_NOT_ACCEPTED, DECLINED",
        "D, , OTHER, DECLINED",
        "D, 401, OTHER, DECLINED",
        "X, 355, EXPIRED, EXPIRED",
        "C, 321, CANCELLED, CANCELLED"
    })
    void result_letterAndCode_reasonAndState(String status, String code, ResultReason reason, TransactionState state) {
        String quoted = code == null ? "null" : "\"" + code + "\"";
        PayTabsTransaction read = new PayTabsTransaction(
                Fields.of(Json.read("{\"tran_ref\":\"T\",\"payment_result\":{\"response_status\":\"" + status
                        + "\",\"response_code\":" + quoted + "}}")));
        assertThat(read.result().orElseThrow().reason()).isEqualTo(reason);
        assertThat(read.state()).isEqualTo(state);
    }

    @ParameterizedTest
    @CsvSource({
        "Sale, SALE, SALE",
        "SALE, SALE, SALE",
        "' sale ', SALE, SALE",
        "Auth, AUTH, AUTHORIZATION",
        "AuthExt, AUTH_EXT, EXTENSION",
        "authext, AUTH_EXT, EXTENSION",
        "Auth Ext, AUTH_EXT, EXTENSION",
        "Register, REGISTER, REGISTRATION",
        "Payment Request, PAYMENT_REQUEST, PAYMENT_REQUEST",
        "payment_request, PAYMENT_REQUEST, PAYMENT_REQUEST",
        "PaymentRequest, PAYMENT_REQUEST, PAYMENT_REQUEST",
        "Capture, CAPTURE, CAPTURE",
        "VOID, VOID, VOID",
        "Release, RELEASE, RELEASE",
        "Refund, REFUND, REFUND",
        "Chargeback, UNRECOGNISED, UNRECOGNISED",
        ", UNRECOGNISED, UNRECOGNISED"
    })
    void type_anySpelling_readInAnyLocale(String text, TransactionType type, TransactionKind kind) {
        Locale before = Locale.getDefault();
        try {
            Locale.setDefault(Locale.forLanguageTag("tr"));
            assertThat(TransactionType.of(text)).isEqualTo(type);
            assertThat(TransactionType.of(text).kind()).isEqualTo(kind);
        } finally {
            Locale.setDefault(before);
        }
    }
}
