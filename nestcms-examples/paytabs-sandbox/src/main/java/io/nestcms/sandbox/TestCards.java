package io.nestcms.sandbox;

import java.time.YearMonth;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The cards that the sandbox knows. PayTabs does not publish what makes a test payment fail, so the numbers are our own:
 * {@code 40000NNN0000000c} answers with response code NNN, where c is the check digit.
 */
final class TestCards {
    static final String APPROVED = "4111111111111111";
    static final String WITH_ISSUER = "5200000000000114";
    static final String CHALLENGED = "4000000000000002";
    static final String OTP = "123456";
    static final String ON_HOLD = "900";
    static final String NO_RESPONSE = "401";
    static final String EXPIRED = "355";
    static final String REFUND_PENDING = "601";
    static final String REFUND_DECLINED = "602";

    private static final Pattern CODED = Pattern.compile("40000(\\d{3})0000000\\d");
    private static final Map<String, String> REASONS = Map.ofEntries(
            Map.entry("120", "Previous transaction is on hold"),
            Map.entry("300", "Not authorised"),
            Map.entry("305", "Card security code (CVV) mismatch"),
            Map.entry("309", "3-D Secure not available"),
            Map.entry("310", "3-D Secure rejected"),
            Map.entry("313", "Not permitted by issuer"),
            Map.entry("316", "Insufficient funds"),
            Map.entry("320", "Unable to refund"),
            Map.entry("321", "Cancelled"),
            Map.entry("325", "Limit exceeded"),
            Map.entry("335", "Type not supported"),
            Map.entry("342", "Refund balance exceeded"),
            Map.entry("345", "3-D Secure not completed"),
            Map.entry("346", "Issuer cannot do 3-D Secure"),
            Map.entry("354", "Card not approved by merchant"),
            Map.entry(EXPIRED, "Transaction expired"),
            Map.entry("400", "Internal error"),
            Map.entry(NO_RESPONSE, "No response"),
            Map.entry("501", "Fraud report"),
            Map.entry("600", "Pending"));

    private TestCards() {}

    /** One row of the table that the payer's page shows. */
    record Row(String number, String effect) {}

    static List<Row> table() {
        List<Row> rows = new ArrayList<>();
        rows.add(new Row(APPROVED, "approved (Visa)"));
        rows.add(new Row(WITH_ISSUER, "approved (Mastercard); shows its issuer and acquirer_rrn, as live cards do"));
        rows.add(new Row("4464040000000007", "approved (mada)"));
        rows.add(new Row(CHALLENGED, "3-D Secure: one-time password " + OTP + ", anything else is declined with 310"));
        for (String code : List.of(
                "316",
                "300",
                "305",
                "313",
                "354",
                EXPIRED,
                "400",
                NO_RESPONSE,
                "600",
                ON_HOLD,
                REFUND_PENDING,
                REFUND_DECLINED)) {
            String effect = switch (code) {
                case "400" -> "error, code 400";
                case NO_RESPONSE ->
                    "error, code 401 (No response): nothing is charged until it is settled from outside";
                case EXPIRED -> "expired, code 355";
                case "600" -> "pending, settled later";
                case ON_HOLD -> "on hold: Auth with status H, captured in the dashboard";
                case REFUND_PENDING -> "approved; its refunds stay pending";
                case REFUND_DECLINED -> "approved; its refunds are declined with 320";
                default -> "declined, code " + code + " (" + reason(code) + ")";
            };
            rows.add(new Row(coded(code), effect));
        }
        return rows;
    }

    /** The number that answers with the code. */
    static String coded(String code) {
        String head = "40000" + code + "0000000";
        for (char check = '0'; check <= '9'; check++) {
            if (isValid(head + check)) {
                return head + check;
            }
        }
        throw new IllegalStateException("one of ten digits always fits");
    }

    static String reason(String code) {
        return REASONS.getOrDefault(code, "Declined");
    }

    /** Reads what a payer typed; code 200 when the number cannot be a card's. */
    static Card read(String number, int month, int year, YearMonth today) {
        String pan = number.replaceAll("[\\s-]", "");
        if (!pan.matches("\\d{13,16}") || !isValid(pan)) {
            throw new RefusedException(400, 200, "Invalid card number");
        }
        if (month < 1 || month > 12 || year < 2000 || year > 2100) {
            throw RefusedException.invalid("Invalid card expiry");
        }
        if (YearMonth.of(year, month).isBefore(today)) {
            throw RefusedException.invalid("Card has expired");
        }
        Matcher coded = CODED.matcher(pan);
        String code = coded.matches() && !coded.group(1).equals("000") ? coded.group(1) : "";
        boolean issuer = pan.equals(WITH_ISSUER) || code.equals(NO_RESPONSE);
        return new Card(
                scheme(pan),
                type(pan),
                mask(pan),
                month,
                year,
                code,
                pan.equals(CHALLENGED),
                issuer ? "AE" : null,
                issuer ? "Emirates NBD" : null);
    }

    static void checkCvv(String cvv) {
        if (!cvv.matches("\\d{3,4}")) {
            throw RefusedException.invalid("Invalid cvv");
        }
    }

    private static String scheme(String pan) {
        if (pan.startsWith("446404")) {
            return "Mada";
        }
        return switch (pan.charAt(0)) {
            case '3' -> "AmericanExpress";
            case '2', '5' -> "MasterCard";
            default -> "Visa";
        };
    }

    private static String type(String pan) {
        return pan.startsWith("446404") ? "Debit" : "Credit";
    }

    private static String mask(String pan) {
        return pan.substring(0, 4) + " " + pan.substring(4, 6) + "## #### " + pan.substring(pan.length() - 4);
    }

    private static boolean isValid(String pan) {
        int sum = 0;
        for (int i = 0; i < pan.length(); i++) {
            int digit = pan.charAt(pan.length() - 1 - i) - '0';
            int weighted = i % 2 == 0 ? digit : digit * 2;
            sum += weighted > 9 ? weighted - 9 : weighted;
        }
        return sum % 10 == 0;
    }
}
