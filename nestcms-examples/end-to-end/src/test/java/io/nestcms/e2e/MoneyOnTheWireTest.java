package io.nestcms.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.RequestBody;
import okio.Buffer;
import okio.BufferedSink;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Amounts go out with exactly their currency's decimals, and never by way of a binary fraction. */
class MoneyOnTheWireTest {
    @TempDir
    Path data;

    private final List<String> requests = new CopyOnWriteArrayList<>();

    private Stage stage() throws IOException {
        OkHttpClient http = new OkHttpClient.Builder()
                .addNetworkInterceptor(chain -> chain.proceed(chain.request()
                        .newBuilder()
                        .post(new Overheard(chain.request().body(), requests))
                        .build()))
                .build();
        return new Stage(data, server -> server.payTabs(options -> options.client(client -> client.httpClient(http))));
    }

    @Test
    void process_everyScale_exactDigits() throws IOException {
        try (Stage stage = stage()) {
            String[][] orders = {
                {"KWD", "250.000", "250.000"},
                {"KWD", "0.01", "0.010"},
                {"BHD", "12.5", "12.500"},
                {"OMR", "7", "7.000"},
                {"SAR", "0.1", "0.10"},
                {"JPY", "5000", "5000"},
                {"KWD", "9007199254.993", "9007199254.993"},
            };
            for (String[] order : orders) {
                String cart = order[0] + "-" + order[1];
                Merchant.Answer created = stage.merchant.create(cart, Merchant.order(cart, order[1], order[0]));
                assertThat(created.text("amount")).isEqualTo(order[2]);
                assertThat(stage.merchant.process(created.text("id")).status())
                        .as(cart)
                        .isEqualTo(200);

                assertThat(requests.get(requests.size() - 1)).contains("\"cart_amount\":" + order[2] + ",");
                assertThat(stage.sandbox()
                                .ledger()
                                .entries(Stage.cart(cart))
                                .get(0)
                                .amount()
                                .toPlainString())
                        .isEqualTo(order[2]);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "KWD, 1.0005",
        "JPY, 10.5",
        "SAR, 0.001",
        "KWD, 0",
        "KWD, -1.000",
        "KWD, 1e3",
        "KWD, '1,000.000'",
        "XXX, 1",
        "kwd, 1.000",
    })
    void create_amountThatCannotBe_refusedNotRounded(String currency, String amount) throws IOException {
        try (Stage stage = stage()) {
            Merchant.Answer refused = stage.merchant.create("key-1", Merchant.order("ORD-1", amount, currency));

            assertThat(refused.status()).isEqualTo(422);
            assertThat(refused.header("Content-Type")).isEqualTo("application/problem+json");
            assertThat(refused.text("field")).isIn("amount", "currency");
            assertThat(refused.text("problem")).isNotEmpty();
            assertThat(refused.text("rule")).isNotEmpty();
            assertThat(stage.merchant.get("/payments/v2").json().path("items").size())
                    .isZero();
            assertThat(requests).isEmpty();
        }
    }

    /** Notes a body while it is written; a payment's body can be written only once. */
    private static final class Overheard extends RequestBody {
        private final RequestBody body;
        private final List<String> notes;

        private Overheard(RequestBody body, List<String> notes) {
            this.body = body;
            this.notes = notes;
        }

        @Override
        public MediaType contentType() {
            return body.contentType();
        }

        @Override
        public long contentLength() throws IOException {
            return body.contentLength();
        }

        @Override
        public boolean isOneShot() {
            return true;
        }

        @Override
        public void writeTo(BufferedSink sink) throws IOException {
            Buffer written = new Buffer();
            body.writeTo(written);
            notes.add(written.clone().readUtf8());
            sink.writeAll(written);
        }
    }
}
