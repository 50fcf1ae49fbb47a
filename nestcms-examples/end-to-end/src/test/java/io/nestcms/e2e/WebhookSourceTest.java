package io.nestcms.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.nestcms.server.ServerSettings;
import io.nestcms.webhook.Refusal;
import io.nestcms.webhook.WebhookEvent.WebhookRejected;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Behind a proxy, with the gateway's addresses known: a good signature from elsewhere is not enough. */
class WebhookSourceTest {
    private static final String WEBHOOK = "/payments/v2/webhook";

    @TempDir
    Path data;

    private static int send(Stage stage, Tap.Seen callback, String from) {
        return stage.merchant
                .send(Merchant.stranger(stage.server.uri())
                        .request(WEBHOOK)
                        .header("Content-Type", "application/json")
                        .header("signature", callback.header("signature"))
                        .header("X-Forwarded-For", from)
                        .POST(HttpRequest.BodyPublishers.ofByteArray(callback.body()))
                        .build())
                .status();
    }

    @Test
    void callback_fromAnAddressThatIsNotTheGateways_refused() throws IOException {
        ServerSettings.Origins origins = new ServerSettings.Origins(List.of("10.1.2.0/24"), List.of("127.0.0.1"));
        try (Stage stage = Stage.withOrigins(data, origins)) {
            String id = stage.merchant
                    .create("key-1", Merchant.order("ORD-1", "250.000", "KWD"))
                    .text("id");
            String page = stage.merchant.process(id).text("redirectUrl");
            stage.tap.swallow(request -> request.path().equals(WEBHOOK));
            stage.payer.pay(page, Payer.APPROVED);
            Stage.eventually().until(() -> !stage.tap.seen(WEBHOOK).isEmpty());
            Tap.Seen callback = stage.tap.seen(WEBHOOK).get(0);

            assertThat(send(stage, callback, "10.9.9.9")).isEqualTo(401);
            // what the sender itself wrote into the header stands left of what the proxy saw
            assertThat(send(stage, callback, "10.1.2.3, 10.9.9.9")).isEqualTo(401);
            assertThat(stage.heard(WebhookRejected.class))
                    .extracting(event -> event.refusal().reason())
                    .containsOnly(Refusal.Reason.SOURCE_NOT_ALLOWED);
            assertThat(stage.merchant.status(id)).isEqualTo("INITIATED");

            assertThat(send(stage, callback, "10.1.2.3")).isEqualTo(200);
            assertThat(stage.merchant.status(id)).isEqualTo("SUCCEEDED");
        }
    }
}
