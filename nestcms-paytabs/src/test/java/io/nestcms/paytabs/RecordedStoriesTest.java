package io.nestcms.paytabs;

import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.matchingJsonPath;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.serverError;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.tomakehurst.wiremock.WireMockServer;
import io.nestcms.money.Money;
import io.nestcms.payment.CartId;
import io.nestcms.payment.ChargeMode;
import io.nestcms.payment.Customer;
import io.nestcms.payment.IdempotencyKey;
import io.nestcms.payment.Payment;
import io.nestcms.payment.PaymentEvent;
import io.nestcms.payment.PaymentId;
import io.nestcms.payment.PaymentOrder;
import io.nestcms.payment.ProcessResult;
import io.nestcms.payment.contract.MovingClock;
import io.nestcms.payment.contract.Samples;
import io.nestcms.payment.service.Payments;
import io.nestcms.payment.service.Reconciler;
import io.nestcms.payment.store.InMemoryPaymentStore;
import io.nestcms.payment.store.OutboxClaim;
import io.nestcms.resilience.CircuitBreakers;
import io.nestcms.webhook.SignatureScheme;
import io.nestcms.webhook.SigningSecret;
import io.nestcms.webhook.WebhookRequest;
import io.nestcms.webhook.WebhookSigner;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The bodies that PayTabs itself recorded, made into stories of one payment and told in every order of arrival: by notification, by
 * query and by the payer's way back, through client, notifications and {@link Payments}. Each story has one end.
 */
class RecordedStoriesTest {
    private static final WireMockServer PAYTABS =
            new WireMockServer(wireMockConfig().dynamicPort().bindAddress("127.0.0.1"));
    private static final PaymentId ID = new PaymentId("pay_1");
    private static final String FOLLOW_UP = CartId.ofFollowUp(ID, 1).value();

    private static PayTabs plain;
    private static PayTabs discounting;

    @BeforeAll
    static void start() {
        PAYTABS.start();
        plain = payTabs(PageOptions.builder().build());
        discounting = payTabs(PageOptions.builder()
                .discounts(CardDiscount.of("4111", Money.of("10.00", "SAR"), "Ten off"))
                .build());
    }

    private static PayTabs payTabs(PageOptions page) {
        return PayTabs.builder(
                        Fixtures.profile(URI.create(PAYTABS.baseUrl())),
                        CircuitBreakers.builder().build())
                .gateway(gateway -> gateway.page(page))
                .build();
    }

    @AfterAll
    static void stop() {
        plain.close();
        discounting.close();
        PAYTABS.stop();
    }

    // ---- the stories

    /** Something that reaches us. */
    private sealed interface Message {
        /** PayTabs calls back. */
        record Notified(ObjectNode body) implements Message {}

        /** The payer comes back. */
        record Returned(String form) implements Message {}

        /** The reconciler asks. */
        record Asked() implements Message {}
    }

    /** What is asked for once the payment is authorised, and PayTabs' reply; none when it is lost. */
    private record FollowUp(
            ObjectNode authorised, Call call, @Nullable ObjectNode reply) {
        enum Call {
            VOID,
            CAPTURE
        }
    }

    /**
     * A payment as PayTabs has it, and how we hear of it.
     *
     * @param shown what PayTabs has of it; the last is the one of the page
     * @param end status, taken, refunded and held
     * @param told what is told, by name and amount, beside what is told on the way only
     */
    private record Story(
            String name,
            PaymentOrder order,
            List<ObjectNode> shown,
            @Nullable FollowUp followUp,
            List<Message> messages,
            String end,
            Set<String> told) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Stream<Story> stories() {
        ObjectNode discounted = notification("ipn-success-discount.json");
        ObjectNode cancelled = notification("ipn-cancelled.json");
        ObjectNode declined = notification("ipn-declined-discount.json");
        ObjectNode expired = notification("ipn-expired.json");
        ObjectNode unanswered = notification("ipn-error.json");
        ObjectNode sadad = notification("ipn-pending-sadad.json");
        ObjectNode request = notification("ipn-pending.json");
        ObjectNode completed = notification("ipn-pending-completed.json");
        ObjectNode held = notification("query-onhold.json");
        ObjectNode released = with(
                notification("ipn-capture-onhold.json"),
                Map.of(
                        "previous_tran_ref", held.get("tran_ref").asText(),
                        "cart_currency", "SAR",
                        "tran_currency", "SAR",
                        "cart_amount", "120.30",
                        "tran_total", "120.30"));
        List<ObjectNode> cart = list("query-by-cart.json");
        ObjectNode second = cart.get(1);
        ObjectNode first = cart.get(2);
        ObjectNode authorised = cart.get(5);
        ObjectNode voided = of(authorised, notification("query-void-release.json"));
        ObjectNode voidReply = with(
                of(authorised, notification("reply-void-success.json")),
                Map.of("tran_ref", voided.get("tran_ref").asText()));
        ObjectNode onHold = of(authorised, notification("reply-void-onhold.json"));
        ObjectNode captured = of(authorised, notification("ipn-capture-onhold.json"));
        String all = "120.30 AED";
        return Stream.of(
                new Story(
                        "card discount",
                        sale("cart01", "700.00 SAR"),
                        List.of(discounted),
                        null,
                        List.of(
                                new Message.Notified(discounted),
                                new Message.Notified(discounted),
                                returned(0),
                                new Message.Asked()),
                        "SUCCEEDED taken SAR 690.00",
                        Set.of("PaymentSucceeded SAR 690.00")),
                new Story(
                        "declined, then paid on the same page",
                        sale("cart01", "700.00 SAR"),
                        List.of(declined, discounted),
                        null,
                        List.of(
                                new Message.Notified(declined),
                                new Message.Notified(discounted),
                                returned(0),
                                new Message.Asked()),
                        "SUCCEEDED taken SAR 690.00",
                        Set.of("PaymentSucceeded SAR 690.00")),
                new Story(
                        "declined",
                        sale("cart01", "700.00 SAR"),
                        List.of(declined),
                        null,
                        List.of(new Message.Notified(declined), new Message.Notified(declined), new Message.Asked()),
                        "FAILED",
                        Set.of("PaymentFailed")),
                new Story(
                        "cancelled",
                        sale("cart01", "700.00 SAR"),
                        List.of(cancelled),
                        null,
                        List.of(new Message.Notified(cancelled), returned(2), new Message.Asked()),
                        "CANCELLED",
                        Set.of("PaymentCancelled")),
                new Story(
                        "expired",
                        sale("cart_11111", "200.00 EGP"),
                        List.of(expired),
                        null,
                        List.of(new Message.Notified(expired), new Message.Notified(expired), new Message.Asked()),
                        "EXPIRED",
                        Set.of("PaymentTimedOut")),
                new Story(
                        "the bank did not answer",
                        sale("Order-090909", "5085.41 EGP"),
                        List.of(unanswered),
                        null,
                        List.of(
                                new Message.Notified(unanswered),
                                new Message.Notified(unanswered),
                                new Message.Asked()),
                        "UNKNOWN",
                        Set.of("PaymentOutcomeUnknown")),
                new Story(
                        "to be paid with SADAD",
                        sale("cart_11111", "100.00 SAR"),
                        List.of(sadad),
                        null,
                        List.of(new Message.Notified(sadad), returned(1), new Message.Asked()),
                        "PROCESSING",
                        Set.of()),
                new Story(
                        "paid at a counter hours later",
                        sale("Order-010203", "150.00 EGP"),
                        List.of(completed, request),
                        null,
                        List.of(
                                new Message.Notified(request),
                                new Message.Notified(completed),
                                new Message.Asked(),
                                returned("PTE1231231231231", "Order-010203")),
                        "SUCCEEDED taken EGP 150.00",
                        Set.of("PaymentSucceeded EGP 150.00")),
                new Story(
                        "a sale on hold, captured in the dashboard",
                        sale("cart_11111", "120.30 SAR"),
                        List.of(released, held),
                        null,
                        List.of(
                                new Message.Notified(
                                        with(notification("ipn-onhold.json"), Map.of("cart_id", "cart_11111"))),
                                new Message.Notified(released),
                                new Message.Notified(released),
                                new Message.Asked(),
                                returned("TST2624502994576", "cart_11111")),
                        "SUCCEEDED taken SAR 120.30",
                        Set.of("PaymentSucceeded SAR 120.30")),
                new Story(
                        "paid twice within 71 seconds",
                        sale("cart_11111", "12.34 AED"),
                        List.of(second, first),
                        null,
                        List.of(
                                new Message.Notified(first),
                                new Message.Notified(second),
                                new Message.Asked(),
                                returned(first.get("tran_ref").asText(), "cart_11111")),
                        "SUCCEEDED taken AED 24.68",
                        Set.of("PaymentSucceeded AED 12.34", "PaymentChargedAgain AED 12.34")),
                new Story(
                        "a void whose reply came",
                        hold("cart_11111", all),
                        List.of(voided, authorised),
                        new FollowUp(authorised, FollowUp.Call.VOID, voidReply),
                        List.of(
                                new Message.Notified(voided),
                                new Message.Notified(authorised),
                                new Message.Asked(),
                                returned(authorised.get("tran_ref").asText(), "cart_11111")),
                        "VOIDED",
                        Set.of("PaymentAuthorized AED 120.30", "PaymentVoided")),
                new Story(
                        "a void whose reply was lost",
                        hold("cart_11111", all),
                        List.of(voided, authorised),
                        new FollowUp(authorised, FollowUp.Call.VOID, null),
                        List.of(
                                new Message.Notified(voided),
                                new Message.Notified(voided),
                                new Message.Notified(authorised),
                                new Message.Asked()),
                        "VOIDED",
                        Set.of("PaymentAuthorized AED 120.30", "PaymentVoided")),
                new Story(
                        "a void that was refused, whose reply was lost",
                        hold("cart_11111", all),
                        List.of(onHold, authorised),
                        new FollowUp(authorised, FollowUp.Call.VOID, null),
                        List.of(
                                new Message.Notified(onHold),
                                new Message.Notified(onHold),
                                new Message.Notified(authorised),
                                new Message.Asked()),
                        "AUTHORIZED held AED 120.30",
                        Set.of("PaymentAuthorized AED 120.30", "FollowUpRefused AED 120.30")),
                new Story(
                        "a capture whose reply was lost",
                        hold("cart_11111", all),
                        List.of(captured, authorised),
                        new FollowUp(authorised, FollowUp.Call.CAPTURE, null),
                        List.of(
                                new Message.Notified(captured),
                                new Message.Notified(captured),
                                new Message.Notified(authorised),
                                new Message.Asked()),
                        "CAPTURED taken AED 120.30",
                        Set.of("PaymentAuthorized AED 120.30", "PaymentCaptured AED 120.30")));
    }

    @ParameterizedTest
    @MethodSource("stories")
    void everyOrderOfArrival_endsAlike(Story story) {
        for (List<Message> order : orders(story.messages())) {
            for (boolean all : List.of(true, false)) {
                Telling telling = new Telling(story, all);
                order.forEach(telling::arrives);
                String way =
                        order.stream().map(it -> it.getClass().getSimpleName()).collect(Collectors.joining(", "))
                                + (all ? " with all shown" : " as it is told");
                Payment payment = telling.payment();
                String end = Stream.of(payment.status().toString())
                        .collect(Collectors.joining())
                        .concat(payment.taken().isPositive() ? " taken " + payment.taken() : "")
                        .concat(payment.refunded().isPositive() ? " refunded " + payment.refunded() : "")
                        .concat(
                                payment.ledger().held().isPositive()
                                        ? " held " + payment.ledger().held()
                                        : "");
                assertThat(end).as(way).isEqualTo(story.end());
                assertThat(telling.told())
                        .as(way)
                        .doesNotHaveDuplicates()
                        .containsExactlyInAnyOrderElementsOf(story.told());
            }
        }
    }

    // ---- one telling of it

    /** One payment that hears the messages in one order; PayTabs shows all from the start, or each from when it is told. */
    private static final class Telling {
        /** What depends on the order in which it is heard, and is told on the way only. */
        private static final Set<Class<? extends PaymentEvent>> ON_THE_WAY = Set.of(
                PaymentEvent.PaymentCreated.class,
                PaymentEvent.PaymentInitiated.class,
                PaymentEvent.PaymentProcessing.class,
                PaymentEvent.PaymentStatusChanged.class);

        private final Story story;
        private final MovingClock clock = new MovingClock(Samples.NOON);
        private final InMemoryPaymentStore store = new InMemoryPaymentStore();
        private final Payments payments;
        private final Reconciler reconciler;
        private final PayTabsWebhooks webhooks;
        private final Set<String> shown = new HashSet<>();

        Telling(Story story, boolean all) {
            this.story = story;
            boolean inRiyal =
                    story.order().amount().currency().getCurrencyCode().equals("SAR");
            PayTabs payTabs = inRiyal ? discounting : plain;
            this.payments = Payments.builder(payTabs.gateway(), store)
                    .clock(clock)
                    .ids(() -> ID)
                    .build();
            this.reconciler = payments.reconciler();
            this.webhooks = payTabs.webhooks(payments);
            ObjectNode page = page();
            PAYTABS.resetAll();
            PAYTABS.stubFor(post("/payment/request").willReturn(okJson(page.toString())));
            payments.create(new IdempotencyKey("shop", "1"), story.order());
            assertThat(payments.process(ID)).isInstanceOf(ProcessResult.Ready.class);
            FollowUp followUp = story.followUp();
            if (followUp != null) {
                show(followUp.authorised());
                arrives(new Message.Notified(followUp.authorised()));
                ObjectNode reply = followUp.reply();
                PAYTABS.stubFor(
                        post("/payment/request").willReturn(reply == null ? serverError() : okJson(reply.toString())));
                switch (followUp.call()) {
                    case VOID -> payments.voidHold(ID, new IdempotencyKey("shop", "v"));
                    case CAPTURE -> payments.capture(ID, new IdempotencyKey("shop", "c"), null);
                }
            }
            if (all) {
                story.shown().forEach(this::show);
            } else {
                answer();
            }
        }

        /** The page is of the transaction that everything else hangs under. */
        private ObjectNode page() {
            ObjectNode root = story.shown().get(story.shown().size() - 1);
            return with(
                    recorded("hpp-created.json"),
                    Map.of(
                            "tran_ref", root.get("tran_ref").asText(),
                            "cart_id", story.order().cartId().value(),
                            "cart_currency", root.get("cart_currency").asText(),
                            "cart_amount", root.get("cart_amount").asText(),
                            "tran_type", story.order().mode() == ChargeMode.SALE ? "Sale" : "Auth"));
        }

        private void show(JsonNode transaction) {
            shown.add(transaction.get("tran_ref").asText());
            answer();
        }

        /** What PayTabs says to queries now: the page as it was made, until its transaction is shown. */
        private void answer() {
            ObjectNode page = page();
            List<ObjectNode> known = new ArrayList<>();
            for (ObjectNode each : story.shown()) {
                if (shown.contains(each.get("tran_ref").asText())) {
                    known.add(each);
                }
            }
            if (known.stream().noneMatch(it -> it.get("tran_ref").equals(page.get("tran_ref")))) {
                known.add(page);
            }
            Map<String, ArrayNode> carts = new LinkedHashMap<>();
            carts.put(story.order().cartId().value(), JsonNodeFactory.instance.arrayNode());
            carts.put(FOLLOW_UP, JsonNodeFactory.instance.arrayNode());
            for (ObjectNode each : known) {
                carts.computeIfAbsent(each.get("cart_id").asText(), any -> JsonNodeFactory.instance.arrayNode())
                        .add(each);
                PAYTABS.stubFor(post("/payment/query")
                        .withRequestBody(matchingJsonPath(
                                "$.tran_ref", equalTo(each.get("tran_ref").asText())))
                        .willReturn(okJson(each.toString())));
            }
            carts.forEach((cart, listed) -> PAYTABS.stubFor(post("/payment/query")
                    .withRequestBody(matchingJsonPath("$.cart_id", equalTo(cart)))
                    .willReturn(okJson(listed.toString()))));
        }

        void arrives(Message message) {
            clock.advance(Duration.ofSeconds(1));
            if (message instanceof Message.Notified notified) {
                show(notified.body());
                JsonNode parent = notified.body().get("previous_tran_ref");
                if (parent != null) {
                    shown.add(parent.asText());
                    answer();
                }
                byte[] body = notified.body().toString().getBytes(StandardCharsets.UTF_8);
                WebhookRequest.Builder request =
                        WebhookRequest.builder(body).header("Content-Type", "application/json");
                WebhookSigner.of(SignatureScheme.payTabsCallback(), SigningSecret.utf8(Fixtures.SERVER_KEY))
                        .headers("", Samples.NOON, body)
                        .forEach(request::header);
                assertThat(webhooks.receive(request.build()).status()).isEqualTo(200);
            } else if (message instanceof Message.Returned returned) {
                assertThat(webhooks.receiveReturn(signedForm(returned.form())).status())
                        .isEqualTo(200);
            } else {
                story.shown().forEach(this::show);
                clock.advance(Duration.ofMinutes(11));
                reconciler.runOnce(10);
            }
        }

        Payment payment() {
            return store.find(ID).orElseThrow();
        }

        List<String> told() {
            List<PaymentEvent> events = Samples.events(store.outbox()
                    .claim(OutboxClaim.of("test", Set.of(), clock.instant(), Duration.ofSeconds(30)))
                    .orElseThrow());
            boolean paid = events.stream().anyMatch(PaymentEvent.PaymentSucceeded.class::isInstance);
            return events.stream()
                    .filter(it -> !ON_THE_WAY.contains(it.getClass()))
                    // whether a failed try was heard of before the one that paid
                    .filter(it -> !(paid && it instanceof PaymentEvent.PaymentFailed))
                    .map(Telling::text)
                    .toList();
        }

        private static String text(PaymentEvent event) {
            Money what = null;
            if (event instanceof PaymentEvent.PaymentSucceeded it) {
                what = it.amount();
            } else if (event instanceof PaymentEvent.PaymentAuthorized it) {
                what = it.amount();
            } else if (event instanceof PaymentEvent.PaymentCaptured it) {
                what = it.amount();
            } else if (event instanceof PaymentEvent.PaymentChargedAgain it) {
                what = it.amount();
            } else if (event instanceof PaymentEvent.FollowUpRefused it) {
                what = it.amount();
            }
            return event.getClass().getSimpleName() + (what == null ? "" : " " + what);
        }
    }

    /** Every order in which they can arrive; equal ones are not told apart. */
    private static <T> Set<List<T>> orders(List<T> messages) {
        if (messages.isEmpty()) {
            return Set.of(List.of());
        }
        Set<List<T>> orders = new LinkedHashSet<>();
        for (int i = 0; i < messages.size(); i++) {
            List<T> others = new ArrayList<>(messages);
            T first = others.remove(i);
            for (List<T> rest : orders(others)) {
                List<T> order = new ArrayList<>();
                order.add(first);
                order.addAll(rest);
                orders.add(order);
            }
        }
        return orders;
    }

    // ---- orders and bodies

    private static PaymentOrder sale(String cart, String amount) {
        return order(cart, amount, ChargeMode.SALE);
    }

    private static PaymentOrder hold(String cart, String amount) {
        return order(cart, amount, ChargeMode.AUTHORIZE);
    }

    private static PaymentOrder order(String cart, String amount, ChargeMode mode) {
        String[] parts = amount.split(" ");
        return new PaymentOrder(
                new CartId(cart),
                Money.of(parts[0], parts[1]),
                "Tickets",
                new Customer("Huda Salem", "huda.salem@example.test", null, null, null, "SA"),
                null,
                mode);
    }

    private static ObjectNode recorded(String file) {
        return (ObjectNode) Json.read(bytes(file));
    }

    /** Signed anew, so for the profile of the test. */
    private static ObjectNode notification(String file) {
        return mine(recorded(file));
    }

    private static ObjectNode mine(ObjectNode body) {
        body.put("profile_id", Fixtures.PROFILE_ID);
        return body;
    }

    private static List<ObjectNode> list(String file) {
        List<ObjectNode> list = new ArrayList<>();
        Json.read(bytes(file)).forEach(it -> list.add(mine((ObjectNode) it)));
        return list;
    }

    private static ObjectNode with(ObjectNode body, Map<String, String> fields) {
        fields.forEach(body::put);
        return body;
    }

    /** What was done to the authorised one, all of it, under a cart of its own. */
    private static ObjectNode of(ObjectNode authorised, ObjectNode followUp) {
        return with(
                followUp,
                Map.of(
                        "previous_tran_ref", authorised.get("tran_ref").asText(),
                        "cart_id", FOLLOW_UP,
                        "cart_currency", authorised.get("cart_currency").asText(),
                        "tran_currency", authorised.get("cart_currency").asText(),
                        "cart_amount", authorised.get("cart_amount").asText(),
                        "tran_total", authorised.get("cart_amount").asText()));
    }

    private static byte[] bytes(String file) {
        try (InputStream in = RecordedStoriesTest.class.getResourceAsStream("/paytabs-recorded/" + file)) {
            return Objects.requireNonNull(in, file).readAllBytes();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static Message returned(int line) {
        return new Message.Returned(new String(bytes("return-forms.txt"), StandardCharsets.UTF_8)
                .lines()
                .toList()
                .get(line));
    }

    private static Message returned(String ref, String cart) {
        String form = ((Message.Returned) returned(0)).form();
        return new Message.Returned(form.replace("TST2623802990085", ref).replace("cartId=cart01", "cartId=" + cart));
    }

    private static WebhookRequest signedForm(String form) {
        String signed = Arrays.stream(form.split("&"))
                .filter(field -> !field.startsWith("signature=") && !field.endsWith("="))
                .sorted()
                .collect(Collectors.joining("&"));
        String body = form.replace("SIGNATURE", hmac(signed));
        return WebhookRequest.builder(body.getBytes(StandardCharsets.UTF_8))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .build();
    }

    private static String hmac(String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(Fixtures.SERVER_KEY.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return HexFormat.of().formatHex(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("every Java platform has HMAC-SHA256", impossible);
        }
    }
}
