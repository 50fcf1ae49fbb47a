package io.nestcms.paytabs;

import com.fasterxml.jackson.core.JsonGenerator;
import io.nestcms.payment.TransactionRef;
import java.io.IOException;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import okio.ByteString;
import org.jspecify.annotations.Nullable;

/** A new payment on the wire: the one place that knows PayTabs' field names for it. */
final class ChargeJson {
    /** Every field that is written here, and those of answers, so that none can be set a second time. */
    static final Set<String> KNOWN = Set.of(
            "profile_id",
            "tran_type",
            "tran_class",
            "tran_ref",
            "cart_id",
            "cart_currency",
            "cart_amount",
            "cart_description",
            "callback",
            "return",
            "return_using_get",
            "customer_details",
            "shipping_details",
            "hide_shipping",
            "customer_ref",
            "user_defined",
            "payment_methods",
            "tokenise",
            "show_save_card",
            "token_info",
            "token",
            "config_id",
            "alt_currency",
            "paypage_lang",
            "paypage_ttl",
            "card_filter",
            "card_filter_title",
            "card_discounts",
            "donation_mode",
            "cart_min",
            "cart_max",
            "framed",
            "framed_return_top",
            "framed_return_parent",
            "force_full_ui",
            "framed_message_target",
            "card_details",
            "payment_token",
            "apple_pay_token",
            "samsung_pay_token",
            "airline_data",
            "invoice",
            "split_payout",
            "agreement");

    /** As in 30-MAR-2025. */
    private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("dd-MMM-uuuu", Locale.ENGLISH);

    private final ChargeRequest.Builder parts;
    private final PageOptions.Builder page;
    private final PayTabsProfile profile;

    ChargeJson(ChargeRequest.Builder parts, PayTabsProfile profile) {
        this.parts = parts;
        this.page = parts.page.parts();
        this.profile = profile;
    }

    static String transactionClass(PaymentSource source) {
        if (source instanceof PaymentSource.TelephoneOrder) {
            return "moto";
        }
        return source instanceof PaymentSource.SavedCard saved && !saved.payerPresent() ? "recurring" : "ecom";
    }

    ByteString write() {
        return Json.object(json -> {
            cart(json);
            source(json, parts.source);
            people(json);
            tokens(json);
            look(json);
            offer(json);
            frame(json);
            extras(json);
        });
    }

    private void cart(JsonGenerator json) throws IOException {
        json.writeNumberField("profile_id", profile.id());
        json.writeStringField("tran_type", parts.type.wire());
        json.writeStringField("tran_class", transactionClass(parts.source));
        json.writeStringField("cart_id", parts.cartId.value());
        json.writeStringField("cart_currency", parts.amount.currencyCode());
        Json.amount(json, "cart_amount", parts.amount);
        json.writeStringField("cart_description", parts.description);
        Json.url(
                json,
                "callback",
                parts.callback != null ? parts.callback : profile.callback().orElse(null));
        if (page.ownResultPage) {
            json.writeStringField("return", "none");
        } else {
            Json.url(
                    json,
                    "return",
                    parts.returnUrl != null
                            ? parts.returnUrl
                            : profile.returnUrl().orElse(null));
        }
        Json.flag(json, "return_using_get", page.returnUsingGet);
    }

    private static void source(JsonGenerator json, PaymentSource source) throws IOException {
        if (source instanceof PaymentSource.OwnForm form) {
            Json.child(json, "card_details", form.card()::write);
        } else if (source instanceof PaymentSource.TelephoneOrder order) {
            Json.child(json, "card_details", order.card()::write);
        } else if (source instanceof PaymentSource.ManagedForm form) {
            json.writeStringField("payment_token", form.paymentToken());
        } else if (source instanceof PaymentSource.Wallet wallet) {
            raw(json, wallet.kind().field(), wallet.payload());
        } else if (source instanceof PaymentSource.SavedCard saved) {
            json.writeStringField("token", saved.token());
            TransactionRef first = saved.firstRef();
            Json.text(json, "tran_ref", first == null ? null : first.value());
        }
    }

    private void people(JsonGenerator json) throws IOException {
        PayTabsContact customer = parts.customer;
        if (customer != null) {
            Json.child(json, "customer_details", customer::write);
        }
        PayTabsContact shipping = parts.shipping;
        if (shipping != null) {
            Json.child(json, "shipping_details", shipping::write);
        }
        Json.flag(json, "hide_shipping", page.hideShipping);
        Json.text(json, "customer_ref", parts.customerRef);
        if (!parts.userDefined.isEmpty()) {
            Json.child(json, "user_defined", child -> {
                for (Map.Entry<Integer, String> field : parts.userDefined.entrySet()) {
                    child.writeStringField("udf" + field.getKey(), field.getValue());
                }
            });
        }
    }

    private void tokens(JsonGenerator json) throws IOException {
        if (parts.tokenise != null) {
            json.writeNumberField("tokenise", parts.tokenise.code());
        }
        Json.flag(json, "show_save_card", page.showSaveCard);
        TokenPlan plan = parts.tokenPlan;
        if (parts.source instanceof PaymentSource.SavedCard saved) {
            repeat(json, saved, plan == null ? null : plan.parts());
        } else if (plan != null) {
            Json.child(json, "token_info", child -> {
                child.writeNumberField("tokenise", plan.parts().format.code());
                child.writeStringField("token_type", plan.parts().type.wire());
                plan(child, plan.parts(), plan.parts().counter);
            });
        }
    }

    /** A charge of a card that is saved already: the token in the place of the wish for one. */
    private static void repeat(JsonGenerator json, PaymentSource.SavedCard saved, TokenPlan.@Nullable Builder plan)
            throws IOException {
        PaymentSource.TokenUse use = saved.use();
        if (use == null && plan == null) {
            return;
        }
        Json.child(json, "token_info", child -> {
            child.writeStringField("token", saved.token());
            if (use != null) {
                child.writeStringField("token_type", use.type().wire());
            } else if (plan != null) {
                child.writeStringField("token_type", plan.type.wire());
            }
            if (plan != null) {
                plan(child, plan, use == null ? plan.counter : use.counter());
            } else if (use != null) {
                child.writeNumberField("counter", use.counter());
            }
        });
    }

    private static void plan(JsonGenerator json, TokenPlan.Builder plan, int counter) throws IOException {
        positive(json, "counter", counter);
        positive(json, "total_count", plan.totalCount);
        if (plan.frequency != null) {
            json.writeStringField("payment_frequency", plan.frequency.name());
        }
        Json.amount(json, "min_amount_per_payment", plan.least);
        Json.amount(json, "max_amount_per_payment", plan.most);
        positive(json, "min_days_between_payments", plan.minDaysBetween);
        Json.text(json, "start_date", day(plan.start));
        Json.text(json, "expiry_date", day(plan.expiry));
    }

    private static @Nullable String day(@Nullable LocalDate date) {
        return date == null ? null : DAY.format(date).toUpperCase(Locale.ENGLISH);
    }

    private void look(JsonGenerator json) throws IOException {
        positive(json, "config_id", page.configId);
        if (page.altCurrency != null) {
            json.writeStringField("alt_currency", page.altCurrency.getCurrencyCode());
        }
        if (page.language != null) {
            json.writeStringField("paypage_lang", page.language.wire());
        }
        if (page.timeToLive != null) {
            json.writeNumberField("paypage_ttl", page.timeToLive.toMinutes());
        }
    }

    private void offer(JsonGenerator json) throws IOException {
        if (!page.methods.isEmpty()) {
            json.writeArrayFieldStart("payment_methods");
            for (String method : page.methods) {
                json.writeString(method);
            }
            json.writeEndArray();
        }
        Json.text(json, "card_filter", page.cardFilter);
        Json.text(json, "card_filter_title", page.cardFilterTitle);
        if (!page.discounts.isEmpty()) {
            json.writeArrayFieldStart("card_discounts");
            for (CardDiscount discount : page.discounts) {
                discount(json, discount);
            }
            json.writeEndArray();
        }
        Json.flag(json, "donation_mode", page.donation);
        Json.amount(json, "cart_min", page.donationLeast);
        Json.amount(json, "cart_max", page.donationMost);
    }

    private static void discount(JsonGenerator json, CardDiscount discount) throws IOException {
        json.writeStartObject();
        json.writeStringField("discount_cards", discount.cards());
        Json.amount(json, "discount_amount", discount.amount());
        Json.decimal(json, "discount_percent", discount.percent());
        json.writeStringField("discount_title", discount.title());
        json.writeEndObject();
    }

    private void frame(JsonGenerator json) throws IOException {
        PageOptions.Frame frame = page.frame;
        if (frame == null) {
            return;
        }
        json.writeBooleanField("framed", true);
        Json.flag(json, "framed_return_top", frame.returnTo() == PageOptions.Frame.Return.TOP);
        Json.flag(json, "framed_return_parent", frame.returnTo() == PageOptions.Frame.Return.PARENT);
        Json.flag(json, "force_full_ui", frame.fullPage());
        Json.url(json, "framed_message_target", frame.messageTarget());
    }

    private void extras(JsonGenerator json) throws IOException {
        String pnr = parts.bookingReference;
        if (pnr != null) {
            Json.child(json, "airline_data", child -> child.writeStringField("pnr_code", pnr));
        }
        InvoiceDetails invoice = parts.invoice;
        if (invoice != null) {
            Json.child(json, "invoice", child -> invoice(child, invoice.parts()));
        }
        if (!parts.splitPayouts.isEmpty()) {
            json.writeArrayFieldStart("split_payout");
            for (SplitPayout part : parts.splitPayouts) {
                split(json, part);
            }
            json.writeEndArray();
        }
        if (parts.agreement != null) {
            raw(json, "agreement", parts.agreement);
        }
        for (Map.Entry<String, String> other : parts.others.entrySet()) {
            raw(json, other.getKey(), other.getValue());
        }
    }

    /** The amount is a text here: so PayTabs documents it. */
    private static void split(JsonGenerator json, SplitPayout part) throws IOException {
        json.writeStartObject();
        json.writeNumberField("entity_id", part.entityId());
        json.writeStringField("entity_name", part.entityName());
        Json.text(json, "item_description", part.description());
        json.writeStringField("item_total", part.total().amountText());
        json.writeStringField("msc_flag", part.fee().wire());
        json.writeEndObject();
    }

    private static void invoice(JsonGenerator json, InvoiceDetails.Builder invoice) throws IOException {
        if (invoice.language != null) {
            json.writeStringField("lang", invoice.language.wire());
        }
        Json.amount(json, "shipping_charges", invoice.shipping);
        Json.amount(json, "extra_charges", invoice.extra);
        Json.amount(json, "extra_discount", invoice.discount);
        Json.amount(json, "total", invoice.total);
        Json.text(json, "activation_date", time(invoice.activation));
        Json.text(json, "due_date", time(invoice.due));
        Json.text(json, "expiry_date", time(invoice.expiry));
        Json.flag(json, "disable_edit", invoice.disableEdit);
        json.writeArrayFieldStart("line_items");
        for (InvoiceDetails.Line line : invoice.lines) {
            json.writeStartObject();
            Json.text(json, "sku", line.sku());
            json.writeStringField("description", line.description());
            Json.url(json, "url", line.url());
            Json.amount(json, "unit_cost", line.unitCost());
            Json.decimal(json, "quantity", line.quantity());
            Json.amount(json, "discount_amount", line.discount());
            Json.amount(json, "tax_total", line.tax());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static @Nullable String time(@Nullable OffsetDateTime time) {
        return time == null ? null : DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(time.withNano(0));
    }

    private static void positive(JsonGenerator json, String name, int value) throws IOException {
        if (value > 0) {
            json.writeNumberField(name, value);
        }
    }

    private static void raw(JsonGenerator json, String name, String value) throws IOException {
        json.writeFieldName(name);
        json.writeRawValue(value);
    }
}
