package io.nestcms.conformance.snippets;

import static org.assertj.core.api.Assertions.assertThat;

import io.nestcms.event.EventBus;
import io.nestcms.money.Money;
import io.nestcms.payment.CardPlan;
import io.nestcms.payment.CardToken;
import io.nestcms.payment.CartId;
import io.nestcms.payment.CreateResult;
import io.nestcms.payment.Customer;
import io.nestcms.payment.IdempotencyKey;
import io.nestcms.payment.PaymentEvent;
import io.nestcms.payment.PaymentId;
import io.nestcms.payment.PaymentMethod;
import io.nestcms.payment.PaymentOrder;
import io.nestcms.payment.PaymentSecret;
import io.nestcms.payment.PaymentStatus;
import io.nestcms.payment.ProcessResult;
import io.nestcms.payment.SavedCard;
import io.nestcms.payment.delivery.OutboxRelay;
import io.nestcms.payment.service.Payments;
import io.nestcms.payment.service.SavedCards;
import io.nestcms.payment.store.InMemoryPaymentStore;
import io.nestcms.payment.store.InMemorySavedCardStore;
import io.nestcms.payment.store.PaymentStore;
import io.nestcms.payment.store.SavedCardStore;
import io.nestcms.paytabs.PayTabs;
import io.nestcms.paytabs.PayTabsProfile;
import io.nestcms.resilience.CircuitBreakers;
import io.nestcms.sandbox.PayTabsSandbox;
import java.net.URI;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What docs/guides/ways-to-pay.md shows. */
class WaysToPayGuideTest {
    private static final Money AMOUNT = Money.parse("SAR 25.00");

    private final PayTabsSandbox sandbox = PayTabsSandbox.builder().start();
    private final PayTabs payTabs = PayTabs.builder(
                    PayTabsProfile.builder(sandbox.profileId(), sandbox.serverKey(), sandbox.baseUri())
                            .build(),
                    CircuitBreakers.builder().build())
            .build();
    private final PaymentStore store = new InMemoryPaymentStore();
    private final SavedCardStore cardStore = new InMemorySavedCardStore();
    private final OutboxRelay relay = OutboxRelay.builder(
                    store.outbox(), EventBus.builder().build())
            .executor(Runnable::run)
            .build();
    private final Customer customer =
            new Customer("Huda Salem", "huda@example.test", "+966500000000", "1 Street", "Riyadh", "SA");
    private Payments payments = Payments.builder(payTabs.gateway(), store).build();

    @AfterEach
    void close() {
        payTabs.close();
        sandbox.close();
    }

    private PaymentId create(PaymentOrder order) {
        IdempotencyKey key = new IdempotencyKey("shop", order.cartId().value());
        return ((CreateResult.Created) payments.create(key, order)).payment().id();
    }

    private PaymentStatus status(PaymentId id) {
        return payments.find(id).orElseThrow().status();
    }

    private PaymentOrder.Builder order(String cart) {
        return PaymentOrder.builder(new CartId(cart), AMOUNT)
                .description("Tickets")
                .customer(customer);
    }

    @Test
    void ownForm_savedThenChargedAndDeleted() {
        SavedCards cards = SavedCards.of(payTabs.gateway(), store, cardStore);
        payments = Payments.builder(payTabs.gateway(), store).savedCards(cards).build();
        relay.on("saved-cards", PaymentEvent.class, cards::hear);

        LocalDate today = LocalDate.now(ZoneOffset.UTC);
        CardPlan plan = CardPlan.builder(CardPlan.Kind.RECURRING_FIXED)
                .times(13)
                .every(CardPlan.Frequency.MONTHLY, 27)
                .amounts(AMOUNT, AMOUNT)
                .days(today, today.plusYears(1))
                .build();
        PaymentOrder first = PaymentOrder.builder(new CartId("ORDER-1"), AMOUNT)
                .description("First month")
                .customer(customer)
                .payer("customer-17")
                .method(new PaymentMethod.OwnForm())
                .saveCard(plan)
                .build();
        PaymentId id = create(first);
        ProcessResult result = payments.process(id, new PaymentSecret.Card("4111111111111111", 12, 2031, "123"));
        assertThat(result).isInstanceOf(ProcessResult.Settled.class);

        relay.runOnce();
        List<SavedCard> saved = cards.list("customer-17");
        CardToken token = saved.get(0).token();
        PaymentId charged = create(order("ORDER-2")
                .payer("customer-17")
                .method(PaymentMethod.recurring(token))
                .build());
        assertThat(payments.process(charged)).isInstanceOf(ProcessResult.Settled.class);
        assertThat(status(charged)).isEqualTo(PaymentStatus.SUCCEEDED);

        assertThat(cards.delete(token)).contains(true);
    }

    @Test
    void recurring_threeLines() {
        CardToken token = new CardToken(saved());

        PaymentOrder order =
                order("MONTH-2").method(PaymentMethod.recurring(token)).build();
        PaymentId id = create(order);
        ProcessResult result = payments.process(id);

        assertThat(result).isInstanceOf(ProcessResult.Settled.class);
        assertThat(status(id)).isEqualTo(PaymentStatus.SUCCEEDED);
    }

    private String saved() {
        SavedCards cards = SavedCards.of(payTabs.gateway(), store, cardStore);
        relay.on("saved-cards", PaymentEvent.class, cards::hear);
        PaymentId id = create(order("SAVE")
                .payer("p")
                .method(new PaymentMethod.OwnForm())
                .saveCard()
                .build());
        payments.process(id, new PaymentSecret.Card("4111111111111111", 12, 2031, "123"));
        relay.runOnce();
        return cards.list("p").get(0).token().value();
    }

    @Test
    void link_sentToThePayer() {
        PaymentMethod link = PaymentMethod.link(Duration.ofDays(7));
        PaymentId id = create(order("INVOICE-17").method(link).build());
        ProcessResult.Ready ready = (ProcessResult.Ready) payments.process(id);
        URI forThePayer = ready.page();

        assertThat(forThePayer.getPath()).startsWith("/payment/page/");
        assertThat(status(id)).isEqualTo(PaymentStatus.INITIATED);
    }

    @Test
    void telephoneOrder() {
        PaymentId id = create(
                order("PHONE-1").method(new PaymentMethod.TelephoneOrder()).build());
        payments.process(id, new PaymentSecret.Card("4111111111111111", 12, 2031, null));

        assertThat(status(id)).isEqualTo(PaymentStatus.SUCCEEDED);
    }

    @Test
    void wallet() {
        String payload = "{\"data\":\"as the wallet gave it\"}";

        PaymentMethod applePay = new PaymentMethod.Wallet(PaymentMethod.WalletKind.APPLE_PAY);
        PaymentId id = create(order("WALLET-1").method(applePay).build());
        payments.process(id, new PaymentSecret.WalletToken(payload));

        assertThat(status(id)).isEqualTo(PaymentStatus.SUCCEEDED);
    }

    @Test
    void managedForm_tokenOfAnotherProfile_failed() {
        String paymentToken = "of the gateway's script";

        PaymentId id =
                create(order("FORM-1").method(new PaymentMethod.ManagedForm()).build());
        payments.process(id, new PaymentSecret.FormToken(paymentToken));

        assertThat(status(id)).isEqualTo(PaymentStatus.FAILED);
    }

    @Test
    void passThrough() {
        String json = "{\"signature\":\"...\"}";

        PaymentMethod googlePay = new PaymentMethod.PassThrough(PaymentMethod.PassThroughKind.GOOGLE_PAY);
        PaymentId id = create(order("GOOGLE-1").method(googlePay).build());
        payments.process(id, new PaymentSecret.Fields(Map.of("google_pay_token", json)));

        assertThat(status(id)).isIn(PaymentStatus.INITIATED, PaymentStatus.FAILED, PaymentStatus.SUCCEEDED);
    }
}
