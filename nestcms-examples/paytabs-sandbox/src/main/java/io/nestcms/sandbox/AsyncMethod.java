package io.nestcms.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Methods where the payer gets a reference and pays later at a kiosk or a bank. */
enum AsyncMethod {
    FAWRY("Fawry"),
    SADAD("Sadad"),
    AMAN("Aman"),
    BASATA("Basata");

    private final String title;

    AsyncMethod(String title) {
        this.title = title;
    }

    String title() {
        return title;
    }

    String code() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** What the reply shows in the place of a card: the method and the reference to pay with. */
    Card card(String reference) {
        return new Card(title, "", title + " " + reference, 0, 0, "", false);
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
