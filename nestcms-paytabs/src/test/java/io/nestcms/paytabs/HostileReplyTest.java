package io.nestcms.paytabs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.nestcms.failure.InvalidInputException;
import io.nestcms.paytabs.PayTabsOutcome.Accepted;
import io.nestcms.paytabs.PayTabsOutcome.Rejected;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import okio.ByteString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers and notifications that nobody would send in good faith: each ends in an outcome or a typed refusal. */
class HostileReplyTest {
    private static final List<String> SCRAPS = List.of(
            "null",
            "\"\"",
            "[]",
            "{}",
            "-1",
            "1e999999999",
            "1e-999999999",
            "1e99999999999999",
            "9".repeat(1200),
            "\"\\u0000\"",
            "\"\\ud800\"",
            "true",
            "\"1,250.00\"",
            "\"\\u0661\\u0662\"",
            "[".repeat(600),
            "\"" + "x".repeat(5000) + "\"");

    private static final Operation<ChargeReply> CHARGE =
            Operation.post(Api.CHARGE, "payment/request", ByteString.EMPTY, Shapes::charge);
    private static final Operation<CartTransactions> CART = Operation.post(
                    Api.TRANSACTIONS, "payment/query", ByteString.EMPTY, Shapes::all)
            .orIfAbsent(CartTransactions.NONE);

    @Test
    void answers_withAnyValueReplacedByAnyScrap_endInAnOutcome() {
        Random random = new Random(20_261_124);
        for (String fixture : Fixtures.ALL) {
            String body = Fixtures.text(fixture);
            for (int i = 0; i < 400; i++) {
                String hostile = mutated(body, random);
                judged(CHARGE, 200, hostile);
                judged(CART, 200, hostile);
                judged(CHARGE, 400, hostile);
                assertNotification(hostile);
            }
        }
    }

    @Test
    void answers_ofAnyBytes_neverAcceptedNorRejected() {
        Random random = new Random(7);
        for (int i = 0; i < 5000; i++) {
            byte[] bytes = new byte[random.nextInt(64)];
            random.nextBytes(bytes);
            JsonNode json = Json.read(bytes);
            PayTabsOutcome<ChargeReply> outcome =
                    Replies.judge(new Exchange.Answer(200, json, null), CHARGE).outcome();
            assertThat(outcome).isNotInstanceOfAny(Accepted.class, Rejected.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"1e999999999", "1e99999999999999", "-1e-999999999"})
    void notification_amountOfABillionDigits_refused(String amount) {
        String body = "{\"profile_id\":90417,\"cart_amount\":" + amount
                + ",\"cart_currency\":\"SAR\",\"cart_id\":\"A\"," + "\"tran_ref\":\"T\"}";
        assertThatThrownBy(() ->
                        new PayTabsNotifications(Fixtures.PROFILE_ID).callback(body.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(InvalidInputException.class);
    }

    private static <T> void judged(Operation<T> operation, int status, String body) {
        JsonNode json = Json.read(body.getBytes(StandardCharsets.UTF_8));
        PayTabsOutcome<T> outcome = Replies.judge(new Exchange.Answer(status, json, null), operation)
                .outcome();
        assertThat(outcome).isNotNull();
        if (outcome instanceof Accepted<T> accepted && accepted.value() instanceof ChargeReply reply) {
            // reading on must not throw either
            PayTabsTransaction transaction = reply.transaction();
            assertThatCode(() -> {
                        transaction.kind();
                        transaction.type();
                        transaction.transactionClass();
                        transaction.description();
                        transaction.instrument();
                        transaction.threeDSecure();
                        transaction.token();
                        transaction.customer();
                        transaction.userDefined();
                        transaction.invoiceId();
                        transaction.trace();
                        transaction.others();
                    })
                    .doesNotThrowAnyException();
        }
    }

    private static void assertNotification(String body) {
        try {
            assertThat(new PayTabsNotifications(Fixtures.PROFILE_ID).callback(body.getBytes(StandardCharsets.UTF_8)))
                    .isNotNull();
        } catch (InvalidInputException refused) {
            assertThat(refused.field()).isNotEmpty();
        }
    }

    /** One value of the JSON text is replaced, or some characters are lost or doubled. */
    private static String mutated(String body, Random random) {
        int from = random.nextInt(body.length());
        if (random.nextInt(4) == 0) {
            int to = Math.min(body.length(), from + random.nextInt(20));
            String piece = body.substring(from, to);
            return body.substring(0, from) + (random.nextBoolean() ? "" : piece + piece) + body.substring(to);
        }
        int colon = body.indexOf(':', from);
        if (colon < 0) {
            colon = body.indexOf(':');
        }
        int end = colon + 1;
        while (end < body.length() && ",}\n".indexOf(body.charAt(end)) < 0) {
            end++;
        }
        return body.substring(0, colon + 1) + SCRAPS.get(random.nextInt(SCRAPS.size())) + body.substring(end);
    }
}
