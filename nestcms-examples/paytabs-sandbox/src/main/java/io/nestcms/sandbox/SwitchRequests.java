package io.nestcms.sandbox;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.StreamSupport;

/** The switches as the control port names them. */
final class SwitchRequests {
    static final List<String> NAMES = List.of(
            "assume",
            "forgo",
            "list-follow-ups",
            "hold-after-capture",
            "name-voids",
            "currencies",
            "limit-requests",
            "rotate-key",
            "skew-clock");

    private final Switches switches;

    SwitchRequests(Switches switches) {
        this.switches = switches;
    }

    /** Sets a switch; {@code false} when there is none of that name. */
    boolean set(String name, ObjectNode body) {
        switch (name) {
            case "assume" -> switches.assume(assumption(body));
            case "forgo" -> switches.forgo(assumption(body));
            case "list-follow-ups" -> switches.listFollowUps(constant(body, "under", FollowUpListing::valueOf));
            case "hold-after-capture" -> switches.holdsAfterCapture(constant(body, "is", HoldAfterCapture::valueOf));
            case "name-voids" -> switches.nameVoids(constant(body, "as", VoidName::valueOf));
            case "currencies" -> switches.currencies(codes(body));
            case "limit-requests" ->
                switches.requestsPerMinute(body.path("per_minute").asInt(0));
            case "rotate-key" -> switches.rotateServerKey(body.path("key").asText(""));
            case "skew-clock" ->
                switches.skewClock(Duration.ofSeconds(body.path("seconds").asLong(0)));
            default -> {
                return false;
            }
        }
        return true;
    }

    /** What holds now, and of the key only whether it is another. */
    ObjectNode state() {
        ObjectNode state = Json.object()
                .put("list-follow-ups", name(switches.listing()))
                .put("hold-after-capture", name(switches.holds()))
                .put("name-voids", name(switches.voids()))
                .put("limit-requests", switches.mostPerMinute())
                .put("rotate-key", switches.isKeyRotated())
                .put("skew-clock", switches.skew().toSeconds());
        state.set(
                "assume",
                Json.MAPPER.valueToTree(switches.assumptions().stream()
                        .sorted()
                        .map(SwitchRequests::name)
                        .toList()));
        state.set("currencies", Json.MAPPER.valueToTree(new TreeSet<>(switches.enabledCurrencies())));
        return state;
    }

    private static Assumption assumption(ObjectNode body) {
        return constant(body, "assumption", Assumption::valueOf);
    }

    private static String[] codes(ObjectNode body) {
        return StreamSupport.stream(body.path("currencies").spliterator(), false)
                .map(node -> node.asText().toUpperCase(Locale.ROOT))
                .toArray(String[]::new);
    }

    private static <T extends Enum<T>> T constant(ObjectNode body, String field, Function<String, T> valueOf) {
        String text = body.path(field).asText("");
        try {
            return valueOf.apply(text.strip().toUpperCase(Locale.ROOT).replace('-', '_'));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("'" + text + "' is no value of " + field, e);
        }
    }

    static String name(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
