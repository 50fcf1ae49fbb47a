package io.nestcms.mongo;

import static io.nestcms.mongo.EventDocuments.money;
import static io.nestcms.mongo.EventDocuments.put;

import io.nestcms.payment.CardPlan;
import io.nestcms.payment.CardToken;
import io.nestcms.payment.Customer;
import io.nestcms.payment.PaymentId;
import io.nestcms.payment.PaymentMethod;
import io.nestcms.payment.PaymentOptions;
import io.nestcms.payment.TransactionRef;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.bson.Document;
import org.jspecify.annotations.Nullable;

/**
 * The way to pay and the wishes of an order, as they stand in a payment's document; absent for the hosted page without wishes. A
 * saved card's token and the shipping address are sealed where the customer is. Names of metadata are values here: any text may
 * be one, and not any text may be the name of a field.
 */
final class OrderDocuments {
    static final String METHOD = "method";
    static final String OPTIONS = "options";
    static final String TOKEN = "token";
    static final String SHIPPING = "shipping";

    private final CustomerFields customers;

    OrderDocuments(CustomerFields customers) {
        this.customers = customers;
    }

    /** The names of the types are part of the stored format. */
    @Nullable Document method(PaymentId id, PaymentMethod method) {
        if (method instanceof PaymentMethod.StoredCard card) {
            TransactionRef first = card.first();
            Document document =
                    new Document("type", "storedCard").append("use", card.use().name());
            customers.put(document, id, METHOD, TOKEN, card.token().value());
            return put(document, "first", first == null ? null : first.value());
        }
        if (method instanceof PaymentMethod.Link link) {
            return new Document("type", "link").append("minutes", link.life().toMinutes());
        }
        if (method instanceof PaymentMethod.Wallet wallet) {
            return new Document("type", "wallet").append("kind", wallet.kind().name());
        }
        if (method instanceof PaymentMethod.PassThrough other) {
            return new Document("type", "passThrough")
                    .append("kind", other.kind().name());
        }
        if (method instanceof PaymentMethod.TelephoneOrder) {
            return new Document("type", "telephoneOrder");
        }
        if (method instanceof PaymentMethod.OwnForm) {
            return new Document("type", "ownForm");
        }
        return method instanceof PaymentMethod.ManagedForm ? new Document("type", "managedForm") : null;
    }

    PaymentMethod method(PaymentId id, @Nullable Stored stored) {
        if (stored == null) {
            return PaymentMethod.hostedPage();
        }
        return switch (stored.text("type")) {
            case "storedCard" ->
                new PaymentMethod.StoredCard(
                        new CardToken(customers.required(id, stored, METHOD, TOKEN)),
                        stored.constant("use", PaymentMethod.Use.class),
                        stored.valueOrNull("first", TransactionRef::new));
            case "link" -> PaymentMethod.link(Duration.ofMinutes(stored.number("minutes")));
            case "wallet" -> new PaymentMethod.Wallet(stored.constant("kind", PaymentMethod.WalletKind.class));
            case "passThrough" ->
                new PaymentMethod.PassThrough(stored.constant("kind", PaymentMethod.PassThroughKind.class));
            case "telephoneOrder" -> new PaymentMethod.TelephoneOrder();
            case "ownForm" -> new PaymentMethod.OwnForm();
            case "managedForm" -> new PaymentMethod.ManagedForm();
            default -> throw stored.unreadable("type", null);
        };
    }

    @Nullable Document options(PaymentOptions options) {
        Document document = new Document();
        put(document, "payer", options.payer());
        put(
                document,
                "language",
                options.language() == null ? null : options.language().toLanguageTag());
        put(document, "methods", options.methods().isEmpty() ? null : options.methods());
        put(
                document,
                "discounts",
                options.discounts().isEmpty()
                        ? null
                        : options.discounts().stream()
                                .map(OrderDocuments::discount)
                                .toList());
        PaymentOptions.Donation donation = options.donation();
        if (donation != null) {
            document.append(
                    "donation", new Document("least", money(donation.least())).append("most", money(donation.most())));
        }
        PaymentOptions.CardFilter filter = options.cardFilter();
        if (filter != null) {
            document.append("cardFilter", new Document("prefixes", filter.prefixes()).append("title", filter.title()));
        }
        put(
                document,
                "metadata",
                options.metadata().isEmpty()
                        ? null
                        : options.metadata().entrySet().stream()
                                .map(it -> new Document("name", it.getKey()).append("value", it.getValue()))
                                .toList());
        PaymentOptions.Saving saving = options.saving();
        if (saving != null) {
            document.append("saving", saving(saving));
        }
        return document.isEmpty() ? null : document;
    }

    private static Document discount(PaymentOptions.Discount discount) {
        Document document = new Document("cards", discount.cards()).append("title", discount.title());
        put(document, "amount", discount.amount() == null ? null : money(discount.amount()));
        return put(
                document,
                "percent",
                discount.percent() == null ? null : discount.percent().toPlainString());
    }

    private static Document saving(PaymentOptions.Saving saving) {
        CardPlan plan = saving.plan();
        return put(new Document("payerDecides", saving.payerDecides()), "plan", plan == null ? null : plan(plan));
    }

    static Document plan(CardPlan plan) {
        Document document = new Document("kind", plan.kind().name())
                .append("times", plan.times())
                .append("leastDaysBetween", plan.leastDaysBetween());
        put(
                document,
                "frequency",
                plan.frequency() == null ? null : plan.frequency().name());
        put(document, "least", plan.least() == null ? null : money(plan.least()));
        put(document, "most", plan.most() == null ? null : money(plan.most()));
        put(document, "first", plan.first() == null ? null : plan.first().toString());
        return put(document, "last", plan.last() == null ? null : plan.last().toString());
    }

    static CardPlan plan(Stored stored) {
        return new CardPlan(
                stored.constant("kind", CardPlan.Kind.class),
                stored.integer("times"),
                stored.constantOrNull("frequency", CardPlan.Frequency.class),
                stored.integer("leastDaysBetween"),
                stored.moneyOrNull("least"),
                stored.moneyOrNull("most"),
                stored.valueOrNull("first", LocalDate::parse),
                stored.valueOrNull("last", LocalDate::parse));
    }

    PaymentOptions options(@Nullable Stored stored, @Nullable Customer shipping) {
        if (stored == null) {
            PaymentOptions none = PaymentOptions.NONE;
            return shipping == null
                    ? none
                    : new PaymentOptions(null, null, List.of(), List.of(), null, null, Map.of(), shipping, null);
        }
        Map<String, String> metadata = new TreeMap<>();
        if (stored.has("metadata")) {
            stored.list("metadata", it -> Map.entry(it.text("name"), it.text("value")))
                    .forEach(it -> metadata.put(it.getKey(), it.getValue()));
        }
        Stored donation = stored.subOrNull("donation");
        Stored filter = stored.subOrNull("cardFilter");
        Stored saving = stored.subOrNull("saving");
        return new PaymentOptions(
                stored.textOrNull("payer"),
                stored.valueOrNull("language", Locale::forLanguageTag),
                stored.has("methods") ? stored.texts("methods", code -> code) : List.of(),
                stored.has("discounts") ? stored.list("discounts", OrderDocuments::discount) : List.of(),
                donation == null ? null : new PaymentOptions.Donation(donation.money("least"), donation.money("most")),
                filter == null ? null : new PaymentOptions.CardFilter(filter.text("prefixes"), filter.text("title")),
                metadata,
                shipping,
                saving == null ? null : saving(saving));
    }

    private static PaymentOptions.Discount discount(Stored stored) {
        return new PaymentOptions.Discount(
                stored.text("cards"),
                stored.moneyOrNull("amount"),
                stored.valueOrNull("percent", BigDecimal::new),
                stored.text("title"));
    }

    private static PaymentOptions.Saving saving(Stored stored) {
        Stored plan = stored.subOrNull("plan");
        return new PaymentOptions.Saving(plan == null ? null : plan(plan), stored.flag("payerDecides"));
    }
}
