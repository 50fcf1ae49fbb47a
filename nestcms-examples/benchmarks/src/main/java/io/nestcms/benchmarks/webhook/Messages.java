package io.nestcms.benchmarks.webhook;

import java.nio.charset.StandardCharsets;

/** A notification of a wanted size. */
final class Messages {
    private static final String HEAD =
            "{\"profile_id\":90417,\"cart_id\":\"ORD-1\",\"cart_amount\":\"250.00\",\"items\":[";
    private static final String ITEM = "{\"sku\":\"A-1001\",\"quantity\":2,\"unit_cost\":\"12.50\"},";
    private static final String TAIL = "\"\"]}";

    private Messages() {}

    static byte[] ofSize(int bytes) {
        StringBuilder json = new StringBuilder(bytes).append(HEAD);
        while (json.length() + ITEM.length() + TAIL.length() <= bytes) {
            json.append(ITEM);
        }
        int padding = bytes - json.length() - TAIL.length();
        json.append('"').append(" ".repeat(padding)).append(TAIL.substring(1));
        return json.toString().getBytes(StandardCharsets.UTF_8);
    }
}
