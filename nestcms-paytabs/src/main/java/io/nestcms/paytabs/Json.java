package io.nestcms.paytabs;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.nestcms.money.Money;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.net.URI;
import okio.Buffer;
import okio.ByteString;
import org.jspecify.annotations.Nullable;

/** JSON in and out. Strict in what it takes for JSON, tolerant of what stands in it. */
final class Json {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            // two amounts under one name: which one is true is not ours to guess
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .build();

    private static final ObjectReader TREE = MAPPER.readerFor(JsonNode.class);

    private Json() {}

    /** The value that the bytes hold, or {@code null} when they do not hold exactly one. */
    static @Nullable JsonNode read(byte[] bytes) {
        try {
            JsonNode node = TREE.readValue(bytes);
            return node == null || node.isMissingNode() ? null : node;
        } catch (IOException notJson) {
            return null;
        }
    }

    /** The value that a text holds, or {@code null} when it does not hold exactly one. */
    static @Nullable JsonNode read(String text) {
        try {
            JsonNode node = TREE.readValue(text);
            return node == null || node.isMissingNode() ? null : node;
        } catch (IOException notJson) {
            return null;
        }
    }

    /** One JSON object. */
    static ByteString object(Content content) {
        Buffer buffer = new Buffer();
        try (JsonGenerator json = MAPPER.createGenerator(buffer.outputStream())) {
            json.writeStartObject();
            content.write(json);
            json.writeEndObject();
        } catch (IOException impossible) {
            throw new UncheckedIOException("writing to memory failed", impossible);
        }
        return buffer.readByteString();
    }

    /** An object in an object. */
    static void child(JsonGenerator json, String name, Content content) throws IOException {
        json.writeObjectFieldStart(name);
        content.write(json);
        json.writeEndObject();
    }

    /** A text, when there is one. */
    static void text(JsonGenerator json, String name, @Nullable String value) throws IOException {
        if (value != null) {
            json.writeStringField(name, value);
        }
    }

    /** An address, when there is one. */
    static void url(JsonGenerator json, String name, @Nullable URI value) throws IOException {
        if (value != null) {
            json.writeStringField(name, value.toASCIIString());
        }
    }

    /** A switch, when it is on; PayTabs takes a missing one for off. */
    static void flag(JsonGenerator json, String name, boolean value) throws IOException {
        if (value) {
            json.writeBooleanField(name, true);
        }
    }

    /** An amount: the exact digits, all decimals of the currency and no exponent. */
    static void amount(JsonGenerator json, String name, @Nullable Money value) throws IOException {
        if (value != null) {
            json.writeFieldName(name);
            json.writeNumber(value.amountText());
        }
    }

    /** A number that is no money: all its digits and no exponent. */
    static void decimal(JsonGenerator json, String name, @Nullable BigDecimal value) throws IOException {
        if (value != null) {
            json.writeFieldName(name);
            json.writeNumber(value.toPlainString());
        }
    }

    /** What stands in an object. */
    interface Content {
        void write(JsonGenerator json) throws IOException;
    }
}
