package io.nestcms.paytabs;

import com.fasterxml.jackson.databind.JsonNode;
import io.nestcms.failure.InvalidInputException;
import io.nestcms.money.Money;
import io.nestcms.payment.TransactionRef;
import java.math.BigDecimal;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The fields of one JSON object from PayTabs. Missing, null and empty are one: there is nothing. A number reads as its
 * text and a text as its number, since PayTabs changes between the two. What is there and cannot be read is never taken
 * for missing.
 */
final class Fields {
    private static final int LONGEST_SCALE = 64;
    private static final Set<String> ENVELOPE = Set.of("code", "message", "trace");

    private final JsonNode node;

    private Fields(JsonNode node) {
        this.node = node;
    }

    static Fields of(JsonNode node) {
        if (!node.isObject()) {
            throw new UnreadableReplyException("not an object");
        }
        return new Fields(node);
    }

    /** Whether there is anything under a name. */
    boolean has(String name) {
        JsonNode value = node.get(name);
        return value != null
                && !value.isNull()
                && !(value.isTextual() && value.textValue().isEmpty());
    }

    /** The text of a text, a number or a boolean. */
    @Nullable String text(String name) {
        JsonNode value = node.get(name);
        if (value == null || value.isNull()) {
            return null;
        }
        if (value.isContainerNode()) {
            throw new UnreadableReplyException(name + " is not a text");
        }
        if (value.isBigDecimal()) {
            return plain(name, value.decimalValue());
        }
        String text = value.asText();
        return text.isEmpty() ? null : text;
    }

    private static String plain(String name, BigDecimal value) {
        // 1e999999999 is a short number and a very long text
        if (Math.abs((long) value.scale()) > LONGEST_SCALE) {
            throw new UnreadableReplyException(name + " is out of range");
        }
        return value.toPlainString();
    }

    /** The text of anything: for what no decision hangs on, so that a new form of it makes no answer unreadable. */
    @Nullable String note(String name) {
        JsonNode value = node.get(name);
        boolean plain = value == null || !(value.isContainerNode() || value.isBigDecimal());
        return plain ? text(name) : Objects.requireNonNull(value).toString();
    }

    /** As {@link #note}; blanks are nothing, which is how PayTabs writes a check that was not made. */
    @Nullable String said(String name) {
        String text = note(name);
        return text == null || text.isBlank() ? null : text;
    }

    /** An object that no decision hangs on, or {@code null} for anything else. */
    @Nullable Fields object(String name) {
        JsonNode value = node.get(name);
        return value == null || !value.isObject() ? null : new Fields(value);
    }

    /** The fields of an object that no decision hangs on; empty for anything else. */
    Map<String, String> notes(String name) {
        Fields child = object(name);
        return child == null ? Map.of() : child.texts();
    }

    /** A text that the object makes no sense without. */
    String required(String name) {
        String text = text(name);
        if (text == null) {
            throw new UnreadableReplyException(name + " is missing");
        }
        return text;
    }

    /** A whole number. */
    @Nullable Long number(String name) {
        String text = text(name);
        if (text == null) {
            return null;
        }
        try {
            return Long.valueOf(text.strip());
        } catch (NumberFormatException notWhole) {
            throw new UnreadableReplyException(name + " is not a whole number");
        }
    }

    /** A whole number that no decision on money hangs on; nothing when it is none. */
    @Nullable Long count(String name) {
        String text = note(name);
        try {
            return text == null ? null : Long.valueOf(text.strip());
        } catch (NumberFormatException notWhole) {
            return null;
        }
    }

    /** Whether there is no more than an error envelope has: too little to be an answer. */
    boolean tellNothing() {
        return ENVELOPE.containsAll(texts().keySet());
    }

    /** An object; an empty array, PHP's spelling of an empty object, is nothing. */
    @Nullable Fields child(String name) {
        JsonNode value = node.get(name);
        if (!has(name) || value == null || (value.isArray() && value.isEmpty())) {
            return null;
        }
        if (!value.isObject()) {
            throw new UnreadableReplyException(name + " is not an object");
        }
        return new Fields(value);
    }

    /** The objects of an array; empty for anything else, and without what is no object. */
    List<Fields> children(String name) {
        List<Fields> children = new ArrayList<>();
        JsonNode value = node.get(name);
        if (value != null && value.isArray()) {
            for (JsonNode each : value) {
                if (each.isObject()) {
                    children.add(new Fields(each));
                }
            }
        }
        return children;
    }

    /** Money from an amount and its currency; nothing when one of the two is missing. */
    @Nullable Money money(String amount, String currency) {
        String digits = text(amount);
        String code = text(currency);
        if (digits == null || code == null) {
            return null;
        }
        try {
            return Money.of(digits.strip(), code.strip());
        } catch (InvalidInputException unfit) {
            throw new UnreadableReplyException(amount + " is no amount of its currency");
        }
    }

    /** A transaction's reference. */
    @Nullable TransactionRef ref(String name) {
        String text = text(name);
        if (text == null) {
            return null;
        }
        try {
            return new TransactionRef(text);
        } catch (InvalidInputException unfit) {
            throw new UnreadableReplyException(name + " is no reference");
        }
    }

    /** A reference that the object makes no sense without. */
    TransactionRef requiredRef(String name) {
        TransactionRef ref = ref(name);
        if (ref == null) {
            throw new UnreadableReplyException(name + " is missing");
        }
        return ref;
    }

    /** An absolute web address. */
    @Nullable URI url(String name) {
        String text = text(name);
        if (text == null) {
            return null;
        }
        try {
            URI uri = new URI(text);
            if (uri.getHost() != null && ("https".equals(uri.getScheme()) || "http".equals(uri.getScheme()))) {
                return uri;
            }
        } catch (URISyntaxException unfit) {
            throw new UnreadableReplyException(name + " is no web address");
        }
        throw new UnreadableReplyException(name + " is no web address");
    }

    /** Every field that holds something, as text; what is no text, number or boolean, as its JSON. */
    Map<String, String> texts() {
        Map<String, String> texts = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> field : node.properties()) {
            if (has(field.getKey())) {
                JsonNode value = field.getValue();
                texts.put(field.getKey(), value.isTextual() ? value.textValue() : value.toString());
            }
        }
        return texts;
    }

    /** The JSON of every field that is not among the known ones. */
    Map<String, String> except(Set<String> known) {
        Map<String, String> others = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> field : node.properties()) {
            if (!known.contains(field.getKey())) {
                others.put(field.getKey(), field.getValue().toString());
            }
        }
        return others;
    }

    /** Names and further ones. */
    static Set<String> with(Set<String> names, String... more) {
        Set<String> all = new HashSet<>(names);
        all.addAll(List.of(more));
        return all;
    }
}
