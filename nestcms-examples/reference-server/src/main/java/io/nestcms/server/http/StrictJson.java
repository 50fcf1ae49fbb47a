package io.nestcms.server.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads request bodies and refuses what a lenient reader would let pass: other media types, too many bytes, names given
 * twice, names nobody knows, values of another type, deep nesting, anything after the end.
 */
public final class StrictJson {
    static final int MAX_BYTES = 64 * 1024;

    /** A long text takes up to three bytes for a character, and escapes. */
    private static final int MAX_LARGE_BYTES = 1024 * 1024;

    private static final JsonMapper MAPPER = mapper(16 * 1024);
    private static final JsonMapper LARGE = mapper(256 * 1024);

    private static final int MOST_TEXTS = 100;

    private StrictJson() {}

    private static JsonMapper mapper(int longestText) {
        return JsonMapper.builder(JsonFactory.builder()
                        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                        .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                        .streamReadConstraints(StreamReadConstraints.builder()
                                .maxNestingDepth(16)
                                .maxStringLength(longestText)
                                .maxNumberLength(64)
                                .maxNameLength(256)
                                .build())
                        .build())
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .build();
    }

    /** The request's body as an object. */
    public static Fields object(Context context) {
        return object(context, MAPPER, MAX_BYTES);
    }

    /** The request's body as an object that holds a long text. */
    public static Fields large(Context context) {
        return object(context, LARGE, MAX_LARGE_BYTES);
    }

    private static Fields object(Context context, JsonMapper mapper, int mostBytes) {
        String type = context.contentType();
        if (type == null || !isJson(type)) {
            throw Problem.of(415, "unsupported-media-type", "The body must be application/json", null)
                    .asException();
        }
        JsonNode tree;
        try {
            tree = mapper.readTree(body(context, mostBytes));
        } catch (JsonProcessingException malformed) {
            throw Problem.of(
                            400,
                            "malformed-json",
                            "The body is not JSON that can be taken",
                            "at line " + line(malformed) + ": one well-formed value, no name twice, at most 16 levels")
                    .asException();
        } catch (IOException broken) {
            throw Problem.of(400, "unreadable-body", "The body could not be read", null)
                    .asException();
        }
        if (tree instanceof ObjectNode object) {
            return new Fields(object, "");
        }
        throw Problem.of(400, "malformed-json", "The body must be a JSON object", null)
                .asException();
    }

    /** Whether the request has no body: by its headers, for a body that is not told of is none. */
    public static boolean isEmpty(Context context) {
        String length = context.header("Content-Length");
        return context.header("Transfer-Encoding") == null && (length == null || length.equals("0"));
    }

    /** The raw body, read no further than the limit. */
    static byte[] body(Context context, int limit) {
        try (InputStream in = context.req().getInputStream()) {
            byte[] read = in.readNBytes(limit + 1);
            if (read.length > limit) {
                throw Problem.of(413, "body-too-large", "The body is too large", "at most " + limit + " bytes")
                        .asException();
            }
            return read;
        } catch (IOException broken) {
            throw Problem.of(400, "unreadable-body", "The body could not be read", null)
                    .asException();
        }
    }

    private static boolean isJson(String contentType) {
        int end = contentType.indexOf(';');
        String media =
                (end < 0 ? contentType : contentType.substring(0, end)).strip().toLowerCase(Locale.ROOT);
        return media.equals("application/json");
    }

    private static int line(JsonProcessingException malformed) {
        return malformed.getLocation() == null ? 1 : malformed.getLocation().getLineNr();
    }

    /** An object's fields, each taken by name and type; {@link #done()} refuses those that nobody took. */
    public static final class Fields {
        private final ObjectNode object;
        private final String path;
        private final Set<String> taken = new HashSet<>();

        private Fields(ObjectNode object, String path) {
            this.object = object;
            this.path = path;
        }

        public String text(String name) {
            String value = optionalText(name);
            if (value == null) {
                throw missing(name);
            }
            return value;
        }

        public @Nullable String optionalText(String name) {
            JsonNode node = take(name);
            if (node == null) {
                return null;
            }
            if (!node.isTextual()) {
                throw Problem.field(422, path + name, "is " + kind(node), "a string")
                        .asException();
            }
            return checked(path + name, node.textValue());
        }

        /** A list of texts; empty where it is missing. */
        public List<String> texts(String name) {
            JsonNode node = take(name);
            if (node == null) {
                return List.of();
            }
            if (!node.isArray() || node.size() > MOST_TEXTS) {
                throw Problem.field(
                                422,
                                path + name,
                                "is no list that is taken",
                                "an array of at most " + MOST_TEXTS + " strings")
                        .asException();
            }
            List<String> texts = new ArrayList<>();
            for (JsonNode each : node) {
                if (!each.isTextual()) {
                    throw Problem.field(422, path + name, "has " + kind(each), "strings only")
                            .asException();
                }
                texts.add(checked(path + name, each.textValue()));
            }
            return List.copyOf(texts);
        }

        /** A list of objects; empty where it is missing. */
        public List<Fields> objects(String name, int most) {
            JsonNode node = take(name);
            if (node == null) {
                return List.of();
            }
            if (!node.isArray() || node.size() > most) {
                throw Problem.field(
                                422,
                                path + name,
                                "is no list that is taken",
                                "an array of at most " + most + " objects")
                        .asException();
            }
            List<Fields> objects = new ArrayList<>();
            for (JsonNode each : node) {
                if (!(each instanceof ObjectNode child)) {
                    throw Problem.field(422, path + name, "has " + kind(each), "objects only")
                            .asException();
                }
                objects.add(new Fields(child, path + name + "."));
            }
            return List.copyOf(objects);
        }

        /** A whole number. */
        public int number(String name) {
            JsonNode node = take(name);
            if (node == null) {
                throw missing(name);
            }
            if (!node.isInt()) {
                throw Problem.field(422, path + name, "is no whole number that is taken", "a whole number")
                        .asException();
            }
            return node.intValue();
        }

        /** Yes or no. */
        public boolean flag(String name) {
            JsonNode node = take(name);
            if (node == null) {
                throw missing(name);
            }
            if (!node.isBoolean()) {
                throw Problem.field(422, path + name, "is " + kind(node), "true or false")
                        .asException();
            }
            return node.booleanValue();
        }

        /** Text of every script; what hides or turns what people read is refused, and so is what is no text. */
        private static String checked(String field, String text) {
            if (text.codePoints().anyMatch(Fields::isUnsafe)) {
                throw Problem.field(
                                422,
                                field,
                                "has characters that are not taken",
                                "no NUL, no half of a character, none that change the direction of the text")
                        .asException();
            }
            return text;
        }

        private static boolean isUnsafe(int c) {
            return c == 0
                    || Character.getType(c) == Character.SURROGATE
                    || (c >= 0x202a && c <= 0x202e)
                    || (c >= 0x2066 && c <= 0x2069);
        }

        /** Yes or no; absent is no. */
        public boolean optionalFlag(String name) {
            JsonNode node = take(name);
            if (node != null && !node.isBoolean()) {
                throw Problem.field(422, path + name, "is " + kind(node), "true or false")
                        .asException();
            }
            return node != null && node.booleanValue();
        }

        public Fields object(String name) {
            JsonNode node = take(name);
            if (node == null) {
                throw missing(name);
            }
            if (node instanceof ObjectNode child) {
                return new Fields(child, path + name + ".");
            }
            throw Problem.field(422, path + name, "is " + kind(node), "an object")
                    .asException();
        }

        public void done() {
            object.fieldNames().forEachRemaining(name -> {
                if (!taken.contains(name)) {
                    throw Problem.field(422, path + printable(name), "is not known", "no other fields are taken here")
                            .asException();
                }
            });
        }

        private @Nullable JsonNode take(String name) {
            taken.add(name);
            JsonNode node = object.get(name);
            return node == null || node.isNull() ? null : node;
        }

        private ProblemException missing(String name) {
            return Problem.field(422, path + name, "is missing", "required").asException();
        }

        private static String kind(JsonNode node) {
            return switch (node.getNodeType()) {
                case NUMBER -> "a number";
                case BOOLEAN -> "a boolean";
                case ARRAY -> "an array";
                case OBJECT -> "an object";
                case STRING -> "a string";
                default -> "of another type";
            };
        }

        /** A name that a sender chose, cut and cleaned for an answer. */
        private static String printable(String name) {
            String clean = name.replaceAll("[^\\x20-\\x7e]", "?");
            return clean.length() > 64 ? clean.substring(0, 64) : clean;
        }
    }
}
