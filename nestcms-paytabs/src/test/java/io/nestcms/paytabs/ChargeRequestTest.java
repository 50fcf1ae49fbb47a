package io.nestcms.paytabs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nestcms.failure.InvalidInputException;
import io.nestcms.money.Money;
import io.nestcms.payment.TransactionRef;
import io.nestcms.paytabs.ChargeRequest.Type;
import java.math.BigDecimal;
import java.net.URI;
import java.time.Duration;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.Currency;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ChargeRequestTest {
    private static final PayTabsProfile PROFILE = PayTabsProfile.builder(
                    Fixtures.PROFILE_ID, Fixtures.SERVER_KEY, PayTabsRegion.SAUDI_ARABIA)
            .build();
    private static final String CART =
            "{\"profile_id\":90417,\"tran_type\":\"sale\",\"tran_class\":\"ecom\",\"cart_id\":\"ORD-2026-000417\","
                    + "\"cart_currency\":\"SAR\",\"cart_amount\":250.00,\"cart_description\":\"Tickets\"";
    private static final CardDetails CARD = new CardDetails("4111111111111111", 11, 2031, "123");
    private static final CardDetails TOLD_CARD = new CardDetails("4111111111111111", 11, 2031, null);
    private static final PayTabsContact HUDA =
            new PayTabsContact("Huda Salem", "h@example.test", null, null, null, null, null, null, null);
    private static final Money SAR = Money.of("10.00", "SAR");

    @Test
    void json_everyOptionOfThePage_exact() {
        PageOptions page = PageOptions.builder()
                .methods("knet", "-amex", "new1")
                .language(PageOptions.Language.AR)
                .timeToLive(Duration.ofMinutes(45))
                .configId(7)
                .altCurrency(Currency.getInstance("USD"))
                .hideShipping()
                .showSaveCard()
                .returnUsingGet()
                .ownResultPage()
                .cardFilter("4111,5200", "Partner cards")
                .discounts(
                        CardDiscount.of("4111,520000", new BigDecimal("12.5"), "Spring"),
                        CardDiscount.of("4000", SAR, "Ten off"))
                .donation(Money.of("5.00", "SAR"), Money.of("500.00", "SAR"))
                .framed(new PageOptions.Frame(
                        PageOptions.Frame.Return.PARENT, true, URI.create("https://shop.example")))
                .build();
        assertThat(json(sale().page(page).returnUrl(URI.create("https://shop.example/r"))))
                .isEqualTo(CART + ",\"return\":\"none\",\"return_using_get\":true,\"hide_shipping\":true,"
                        + "\"show_save_card\":true,\"config_id\":7,\"alt_currency\":\"USD\",\"paypage_lang\":\"ar\","
                        + "\"paypage_ttl\":45,\"payment_methods\":[\"knet\",\"-amex\",\"new1\"],"
                        + "\"card_filter\":\"4111,5200\",\"card_filter_title\":\"Partner cards\",\"card_discounts\":["
                        + "{\"discount_cards\":\"4111,520000\",\"discount_percent\":12.5,\"discount_title\":\"Spring\"},"
                        + "{\"discount_cards\":\"4000\",\"discount_amount\":10.00,\"discount_title\":\"Ten off\"}],"
                        + "\"donation_mode\":true,\"cart_min\":5.00,\"cart_max\":500.00,\"framed\":true,"
                        + "\"framed_return_parent\":true,\"force_full_ui\":true,"
                        + "\"framed_message_target\":\"https://shop.example\"}");
    }

    @Test
    void json_tokens_exact() {
        TokenPlan plan = TokenPlan.builder(TokenPlan.Type.RECURRING_FIXED, TokenFormat.HEX_32)
                .count(1, 12)
                .frequency(TokenPlan.Frequency.MONTHLY, 28)
                .amounts(SAR, Money.of("20.00", "SAR"))
                .dates(LocalDate.of(2026, 3, 30), LocalDate.of(2027, 3, 1))
                .build();
        assertThat(json(sale().tokenise(TokenFormat.DIGITS_16).tokenPlan(plan)))
                .isEqualTo(CART + ",\"tokenise\":5,\"token_info\":{\"tokenise\":2,\"token_type\":\"recurring_fixed\","
                        + "\"counter\":1,\"total_count\":12,\"payment_frequency\":\"MONTHLY\","
                        + "\"min_amount_per_payment\":10.00,\"max_amount_per_payment\":20.00,"
                        + "\"min_days_between_payments\":28,\"start_date\":\"30-MAR-2026\","
                        + "\"expiry_date\":\"01-MAR-2027\"}}");
    }

    @Test
    void json_invoiceAndOthers_exact() {
        InvoiceDetails invoice = InvoiceDetails.builder(new InvoiceDetails.Line(
                        "Ticket",
                        Money.of("125.00", "SAR"),
                        new BigDecimal("2"),
                        "T-1",
                        URI.create("https://shop.example/t"),
                        SAR,
                        Money.of("3.00", "SAR")))
                .line(InvoiceDetails.Line.of("Fee", SAR, 1))
                .language(PageOptions.Language.EN)
                .shipping(SAR)
                .extraCharges(SAR)
                .extraDiscount(SAR)
                .total(Money.of("250.00", "SAR"))
                .activation(OffsetDateTime.parse("2026-11-22T10:00:00+03:00"))
                .due(OffsetDateTime.parse("2026-12-01T00:00:00Z"))
                .expiry(OffsetDateTime.parse("2026-12-31T00:00:00Z"))
                .disableEdit()
                .build();
        assertThat(json(sale().bookingReference("ABC123")
                        .invoice(invoice)
                        .other("plugin_info", "{\"cart_name\":\"shop\"}")
                        .other("new_thing", "[1,2]")))
                .isEqualTo(CART + ",\"airline_data\":{\"pnr_code\":\"ABC123\"},\"invoice\":{\"lang\":\"en\","
                        + "\"shipping_charges\":10.00,\"extra_charges\":10.00,\"extra_discount\":10.00,"
                        + "\"total\":250.00,\"activation_date\":\"2026-11-22T10:00:00+03:00\","
                        + "\"due_date\":\"2026-12-01T00:00:00Z\",\"expiry_date\":\"2026-12-31T00:00:00Z\","
                        + "\"disable_edit\":true,\"line_items\":[{\"sku\":\"T-1\",\"description\":\"Ticket\","
                        + "\"url\":\"https://shop.example/t\",\"unit_cost\":125.00,\"quantity\":2,"
                        + "\"discount_amount\":10.00,\"tax_total\":3.00},{\"description\":\"Fee\","
                        + "\"unit_cost\":10.00,\"quantity\":1}]},\"new_thing\":[1,2],"
                        + "\"plugin_info\":{\"cart_name\":\"shop\"}}");
    }

    @Test
    void json_splitPayouts_exact() {
        assertThat(json(sale().splitPayouts(List.of(
                        part(1, "200.00", SplitPayout.Fee.PROPORTIONAL),
                        new SplitPayout(2, "Shop", null, Money.of("50.00", "SAR"), SplitPayout.Fee.REMAINDER)))))
                .isEqualTo(CART + ",\"split_payout\":[{\"entity_id\":1,\"entity_name\":\"Band\","
                        + "\"item_description\":\"Its share\",\"item_total\":\"200.00\",\"msc_flag\":\"P\"},"
                        + "{\"entity_id\":2,\"entity_name\":\"Shop\",\"item_total\":\"50.00\",\"msc_flag\":\"R\"}]}");
        assertThat(json(sale().splitPayouts(
                                List.of(part(1, "1.00", SplitPayout.Fee.FULL), part(2, "1.00", SplitPayout.Fee.NONE)))))
                .contains("\"msc_flag\":\"F\"", "\"msc_flag\":\"Z\"");
    }

    @Test
    void json_agreement_passedThrough() {
        assertThat(json(sale().agreement("{\"repeat_amount\": 10.00}")))
                .isEqualTo(CART + ",\"agreement\":{\"repeat_amount\": 10.00}}");
    }

    @Test
    void json_repeatCharge_tokenAndPlanInTokenInfo() {
        PaymentSource.SavedCard seventh = new PaymentSource.SavedCard(
                "9C1E", null, false, new PaymentSource.TokenUse(TokenPlan.Type.RECURRING_FIXED, 7));
        TokenPlan plan = TokenPlan.builder(TokenPlan.Type.RECURRING_FIXED, TokenFormat.HEX_32)
                .count(1, 12)
                .frequency(TokenPlan.Frequency.MONTHLY, 28)
                .build();
        assertThat(json(sale().source(seventh).tokenPlan(plan)))
                .endsWith(",\"token\":\"9C1E\",\"token_info\":{\"token\":\"9C1E\",\"token_type\":\"recurring_fixed\","
                        + "\"counter\":7,\"total_count\":12,\"payment_frequency\":\"MONTHLY\","
                        + "\"min_days_between_payments\":28}}");
        assertThat(json(sale().source(PaymentSource.SavedCard.recurring("9C1E")).tokenPlan(plan)))
                .endsWith(",\"token\":\"9C1E\",\"token_info\":{\"token\":\"9C1E\",\"token_type\":\"recurring_fixed\","
                        + "\"counter\":1,\"total_count\":12,\"payment_frequency\":\"MONTHLY\","
                        + "\"min_days_between_payments\":28}}");
        assertThat(json(sale().source(PaymentSource.SavedCard.recurring("9C1E"))))
                .doesNotContain("token_info");
    }

    static Stream<Arguments> sources() {
        PaymentSource.TokenUse third = new PaymentSource.TokenUse(TokenPlan.Type.UNSCHEDULED, 3);
        return Stream.of(
                Arguments.of(
                        new PaymentSource.OwnForm(CARD),
                        "ecom",
                        "\"card_details\":{\"pan\":\"4111111111111111\",\"cvv\":\"123\",\"expiry_month\":11,"
                                + "\"expiry_year\":2031},\"customer_details\""),
                Arguments.of(
                        new PaymentSource.TelephoneOrder(TOLD_CARD),
                        "moto",
                        "\"card_details\":{\"pan\":\"4111111111111111\",\"expiry_month\":11,\"expiry_year\":2031}"),
                Arguments.of(new PaymentSource.ManagedForm("PT-1"), "ecom", "\"payment_token\":\"PT-1\""),
                Arguments.of(PaymentSource.SavedCard.recurring("9C1E"), "recurring", "\"token\":\"9C1E\""),
                Arguments.of(
                        new PaymentSource.SavedCard("9C1E", new TransactionRef("TST1"), true, third),
                        "ecom",
                        "\"token\":\"9C1E\",\"tran_ref\":\"TST1\",\"customer_details\":{\"name\":\"Huda Salem\","
                                + "\"email\":\"h@example.test\"},\"token_info\":{\"token\":\"9C1E\","
                                + "\"token_type\":\"unscheduled\",\"counter\":3}"),
                Arguments.of(
                        new PaymentSource.Wallet(PaymentSource.Wallet.Kind.APPLE_PAY, "{\"paymentData\": 1.50}"),
                        "ecom",
                        "\"apple_pay_token\":{\"paymentData\": 1.50}"),
                Arguments.of(
                        new PaymentSource.Wallet(PaymentSource.Wallet.Kind.SAMSUNG_PAY, "{}"),
                        "ecom",
                        "\"samsung_pay_token\":{}"));
    }

    @ParameterizedTest
    @MethodSource("sources")
    void json_source_classAndFields(PaymentSource source, String transactionClass, String fields) {
        ChargeRequest.Builder request = sale().source(source).customer(HUDA);
        assertThat(json(request)).contains("\"tran_class\":\"" + transactionClass + "\"", fields);
        assertThat(request.build() + " " + source).doesNotContain("4111", "123", "PT-1", "9C1E", "1.50");
    }

    @Test
    void json_register_type() {
        assertThat(ChargeRequest.builder(Type.REGISTER, Fixtures.CART, SAR, "Save a card")
                        .build()
                        .json(PROFILE)
                        .utf8())
                .contains("\"tran_type\":\"register\"");
    }

    @Test
    void json_ofABuilderThatIsUsedAgain_unchanged() {
        ChargeRequest.Builder builder = sale().userDefined(1, "a");
        ChargeRequest first = builder.build();
        builder.userDefined(2, "b").other("new_thing", "1");
        assertThat(first.json(PROFILE).utf8()).isEqualTo(CART + ",\"user_defined\":{\"udf1\":\"a\"}}");
    }

    static Stream<Arguments> unfit() {
        return Stream.of(
                refusal("cart_description", () -> request("")),
                refusal("cart_description", () -> request("x".repeat(129))),
                refusal("cart_description", () -> request("a\nb")),
                refusal("callback", () -> sale().callback(URI.create("ftp://a"))),
                refusal("callback", () -> sale().callback(URI.create("https://a/" + "x".repeat(246)))),
                refusal("return", () -> sale().returnUrl(URI.create("shop"))),
                refusal("customer_ref", () -> sale().customerRef(" ")),
                refusal("user_defined", () -> sale().userDefined(0, "a")),
                refusal("user_defined", () -> sale().userDefined(10, "a")),
                refusal("udf3", () -> sale().userDefined(3, "x".repeat(256))),
                refusal("pnr_code", () -> sale().bookingReference("")),
                refusal("cart_amount", () -> sale().other("cart_amount", "1")),
                refusal("new_thing", () -> sale().other("new_thing", "{")),
                refusal("new_thing", () -> sale().other("new_thing", "1,\"cart_amount\":2")),
                refusal("other", () -> sale().other("a\":1,\"b", "1")),
                refusal("name", () -> contact("Ali", null, null)),
                refusal("name", () -> contact("x".repeat(129), null, null)),
                refusal("email", () -> contact(null, "nobody", null)),
                refusal("country", () -> contact(null, null, "Kuwait")),
                refusal("pan", () -> new CardDetails("4111 1111 1111 1111", 1, 2030, null)),
                refusal("pan", () -> new CardDetails("411111111111", 1, 2030, null)),
                refusal("expiry_month", () -> new CardDetails("4111111111111111", 13, 2030, null)),
                refusal("expiry_year", () -> new CardDetails("4111111111111111", 1, 30, null)),
                refusal("cvv", () -> new CardDetails("4111111111111111", 1, 2030, "12")),
                refusal("cvv", () -> new PaymentSource.OwnForm(TOLD_CARD)),
                refusal("cvv", () -> new PaymentSource.TelephoneOrder(CARD)),
                refusal("payment_token", () -> new PaymentSource.ManagedForm("")),
                refusal("token", () -> PaymentSource.SavedCard.recurring("x".repeat(65))),
                refusal("counter", () -> new PaymentSource.TokenUse(TokenPlan.Type.REGISTERED, 0)),
                refusal("apple_pay_token", () -> new PaymentSource.Wallet(PaymentSource.Wallet.Kind.APPLE_PAY, "[]")),
                refusal(
                        "customer_details",
                        () -> sale().source(new PaymentSource.OwnForm(CARD)).build()),
                refusal(
                        "customer_details",
                        () -> sale().source(new PaymentSource.ManagedForm("t")).build()),
                refusal("shipping_details", () -> recurring().shipping(HUDA).build()),
                refusal(
                        "card_filter",
                        () -> recurring()
                                .page(PageOptions.builder()
                                        .cardFilter("4111", "t")
                                        .build())
                                .build()),
                refusal(
                        "tran_type",
                        () -> ChargeRequest.builder(Type.REGISTER, Fixtures.CART, SAR, "d")
                                .source(PaymentSource.SavedCard.recurring("t"))
                                .build()),
                refusal("payment_methods", () -> PageOptions.builder().methods()),
                refusal("payment_methods", () -> PageOptions.builder().methods("KNET")),
                refusal("paypage_ttl", () -> PageOptions.builder().timeToLive(Duration.ofSeconds(90))),
                refusal("paypage_ttl", () -> PageOptions.builder().timeToLive(Duration.ZERO)),
                refusal("config_id", () -> PageOptions.builder().configId(0)),
                refusal("card_filter", () -> PageOptions.builder().cardFilter("4111-5", "t")),
                refusal("card_filter_title", () -> PageOptions.builder().cardFilter("4111", "")),
                refusal("card_discounts", () -> PageOptions.builder().discounts()),
                refusal("discount_cards", () -> CardDiscount.of("411", SAR, "t")),
                refusal("discount_percent", () -> CardDiscount.of("4111", new BigDecimal("101"), "t")),
                refusal("discount_amount", () -> new CardDiscount("4111", null, null, "t")),
                refusal("cart_max", () -> PageOptions.builder().donation(Money.of("11.00", "SAR"), SAR)),
                refusal("framed_message_target", () -> frame("http://a.example")),
                refusal("framed_message_target", () -> frame("https://a.example/path")),
                refusal(
                        "cart_min",
                        () -> sale().page(PageOptions.builder()
                                        .donation(Money.of("1.000", "KWD"), Money.of("2.000", "KWD"))
                                        .build())
                                .build()),
                refusal(
                        "discount_amount",
                        () -> sale().page(PageOptions.builder()
                                        .discounts(CardDiscount.of("4111", Money.of("1.000", "KWD"), "t"))
                                        .build())
                                .build()),
                refusal(
                        "invoice",
                        () -> sale().invoice(
                                        InvoiceDetails.builder(InvoiceDetails.Line.of("a", Money.of("1.000", "KWD"), 1))
                                                .build())),
                refusal(
                        "lang",
                        () -> InvoiceDetails.builder(InvoiceDetails.Line.of("a", SAR, 1))
                                .language(PageOptions.Language.TR)),
                refusal("quantity", () -> InvoiceDetails.Line.of("a", SAR, 0)),
                refusal("total_count", () -> plan().count(3, 2)),
                refusal("max_amount_per_payment", () -> plan().amounts(Money.of("11.00", "SAR"), SAR)),
                refusal("expiry_date", () -> plan().dates(LocalDate.of(2026, 2, 1), LocalDate.of(2026, 1, 1))),
                refusal("invoice_id", () -> new InvoicePayment(0, SAR, InvoicePayment.Method.CASH, "d")),
                refusal("pay_description", () -> new InvoicePayment(1, SAR, InvoicePayment.Method.CASH, "")),
                refusal("split_payout", () -> sale().splitPayouts(List.of(part(1, "1.00", SplitPayout.Fee.FULL)))),
                refusal(
                        "item_total",
                        () -> sale().splitPayouts(List.of(
                                part(1, "200.00", SplitPayout.Fee.NONE), part(2, "50.01", SplitPayout.Fee.FULL)))),
                refusal(
                        "item_total",
                        () -> sale().splitPayouts(List.of(
                                part(1, "1.00", SplitPayout.Fee.NONE),
                                new SplitPayout(2, "b", null, Money.of("1.000", "KWD"), SplitPayout.Fee.FULL)))),
                refusal(
                        "msc_flag",
                        () -> sale().splitPayouts(List.of(
                                part(1, "1.00", SplitPayout.Fee.FULL), part(2, "1.00", SplitPayout.Fee.REMAINDER)))),
                refusal(
                        "msc_flag",
                        () -> sale().splitPayouts(List.of(
                                part(1, "1.00", SplitPayout.Fee.FULL), part(2, "1.00", SplitPayout.Fee.FULL)))),
                refusal(
                        "msc_flag",
                        () -> sale().splitPayouts(List.of(
                                part(1, "1.00", SplitPayout.Fee.PROPORTIONAL), part(2, "1.00", SplitPayout.Fee.NONE)))),
                refusal("entity_id", () -> part(0, "1.00", SplitPayout.Fee.NONE)),
                refusal("entity_name", () -> new SplitPayout(1, "", null, SAR, SplitPayout.Fee.NONE)),
                refusal("agreement", () -> sale().agreement("[1]")),
                refusal("agreement", () -> sale().agreement("{}, \"cart_amount\":1")),
                refusal("agreement", () -> sale().other("agreement", "{}")),
                refusal(
                        "token_type",
                        () -> sale().source(new PaymentSource.SavedCard(
                                        "t", null, false, new PaymentSource.TokenUse(TokenPlan.Type.UNSCHEDULED, 1)))
                                .tokenPlan(plan().build())
                                .build()),
                refusal("link_title", () -> PayLinkRequest.of("", SAR)));
    }

    @ParameterizedTest(name = "{0} {index}")
    @MethodSource("unfit")
    void build_unfitPart_refusedWithItsField(String field, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        InvalidInputException.class,
                        refused -> assertThat(refused.field()).isEqualTo(field));
    }

    private static Arguments refusal(String field, ThrowingCallable call) {
        return Arguments.of(field, call);
    }

    private static ChargeRequest.Builder sale() {
        return request("Tickets");
    }

    private static ChargeRequest.Builder request(String description) {
        return ChargeRequest.builder(Type.SALE, Fixtures.CART, Money.of("250.00", "SAR"), description);
    }

    private static ChargeRequest.Builder recurring() {
        return sale().source(PaymentSource.SavedCard.recurring("t"));
    }

    private static SplitPayout part(long id, String total, SplitPayout.Fee fee) {
        return new SplitPayout(id, "Band", "Its share", Money.of(total, "SAR"), fee);
    }

    private static TokenPlan.Builder plan() {
        return TokenPlan.builder(TokenPlan.Type.REGISTERED, TokenFormat.HEX_32);
    }

    private static PageOptions.Frame frame(String target) {
        return new PageOptions.Frame(PageOptions.Frame.Return.FRAME, false, URI.create(target));
    }

    private static PayTabsContact contact(String name, String email, String country) {
        return new PayTabsContact(name, email, null, null, null, null, country, null, null);
    }

    private static String json(ChargeRequest.Builder builder) {
        return builder.build().json(PROFILE).utf8();
    }
}
