package io.nestcms.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Methods where the payer gets a reference and pays later at a kiosk or a bank. */
enum AsyncMethod {
    FAWRY("Fawry", "Fawry", "Fawry", "EG"),
    SADAD("Sadad", "SADAD (IFS)", "Sadad (IFS)", "SA"),
    AMAN("Aman", "Aman", "Aman", "EG"),
    BASATA("Basata", "Basata", "Basata", "EG"),
    INSTAPAY("Instapay", "Instapay", "InstaPay QR", "EG");

    private final String title;
    private final String method;
    private final String description;
    private final String country;

    AsyncMethod(String title, String method, String description, String country) {
        this.title = title;
        this.method = method;
        this.description = description;
        this.country = country;
    }

    String title() {
        return title;
    }

    /** What a payment becomes by it; a QR code to be scanned leaves it a sale. */
    TranType type(TranType asked) {
        return this == INSTAPAY ? asked : TranType.PAYMENT_REQUEST;
    }

    String code() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** What the reply shows in the place of a card. The reference to pay with is the response code. */
    Card card() {
        return new Card(method, "", description, 0, 0, "", false, country, title);
    }

    /** The ones that the merchant named in {@code payment_methods}. */
    static List<AsyncMethod> offered(Order order) {
        List<String> named = new ArrayList<>();
        for (JsonNode node : order.rest().path("payment_methods")) {
            named.add(node.asText().toLowerCase(Locale.ROOT));
        }
        return Arrays.stream(values()).filter(m -> named.contains(m.code())).toList();
    }

    /** Whether the merchant takes nothing else. */
    static boolean only(Order order) {
        List<AsyncMethod> offered = offered(order);
        return !offered.isEmpty()
                && offered.size() == order.rest().path("payment_methods").size();
    }
}
