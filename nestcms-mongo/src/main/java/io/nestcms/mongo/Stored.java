package io.nestcms.mongo;

import io.nestcms.crypto.FieldCipher;
import io.nestcms.failure.InvalidInputException;
import io.nestcms.money.Money;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Currency;
import java.util.List;
import java.util.function.Function;
import org.bson.Document;
import org.bson.types.Binary;
import org.bson.types.Decimal128;
import org.jspecify.annotations.Nullable;

/**
 * A stored document while it is read. A field that is missing or of another type is an error that names the record and the
 * field and never shows a value.
 */
final class Stored {
    /** From here on an amount is out of {@link Money}'s range. */
    private static final BigDecimal TOO_MUCH = BigDecimal.TEN.pow(15);

    private final Document document;
    private final String path;

    /** Nothing is wrong with the record: this node cannot open it. */
    static final class NoCipher extends NestMongoException {
        private static final long serialVersionUID = 1;

        NoCipher(String message) {
            super(message, null);
        }
    }

    private Stored(Document document, String path) {
        this.document = document;
        this.path = path;
    }

    /** The document of a collection, for {@link Format}. */
    static Stored of(Document document, String collection) {
        return new Stored(document, collection + "/" + document.get("_id"));
    }

    /** A row that an aggregation made. */
    static Stored ofResult(Document document, String what) {
        return new Stored(document, what);
    }

    boolean has(String field) {
        return document.get(field) != null;
    }

    String text(String field) {
        return required(field, String.class);
    }

    @Nullable String textOrNull(String field) {
        return optional(field, String.class);
    }

    /** A text that may be sealed. */
    @Nullable String sealedOrNull(String field, @Nullable FieldCipher cipher, String context) {
        Object value = document.get(field);
        if (!(value instanceof Binary sealed)) {
            return textOrNull(field);
        }
        if (cipher == null) {
            throw new NoCipher(path + ": field " + field + " is encrypted and no cipher was given to this node");
        }
        return cipher.open(sealed.getData(), context);
    }

    long number(String field) {
        return required(field, Number.class).longValue();
    }

    int integer(String field) {
        try {
            return Math.toIntExact(number(field));
        } catch (ArithmeticException tooLarge) {
            throw unreadable(field, tooLarge);
        }
    }

    Instant time(String field) {
        return Times.instant(number(field));
    }

    @Nullable Instant timeOrNull(String field) {
        Number nanos = optional(field, Number.class);
        return nanos == null ? null : Times.instant(nanos.longValue());
    }

    @Nullable Money moneyOrNull(String field) {
        return has(field) ? money(field) : null;
    }

    Money money(String field) {
        Stored money = sub(field);
        return money.money("amount", money.currency("currency"));
    }

    /** Money whose currency stands elsewhere. */
    Money money(String field, Currency currency) {
        try {
            return new Money(required(field, Decimal128.class).bigDecimalValue(), currency);
        } catch (ArithmeticException | InvalidInputException broken) {
            throw unreadable(field, broken);
        }
    }

    /**
     * Money that the server has added up.
     *
     * @throws InvalidInputException if it is too much for {@link Money}, which is no sign of a broken document
     */
    Money sum(String field, Currency currency) {
        try {
            return money(field, currency);
        } catch (NestMongoException broken) {
            Decimal128 sum = required(field, Decimal128.class);
            if (sum.isFinite() && sum.bigDecimalValue().abs().compareTo(TOO_MUCH) >= 0) {
                throw new InvalidInputException(field, "is out of range", "a sum of less than 10^15 in size");
            }
            throw broken;
        }
    }

    Currency currency(String field) {
        try {
            return Currency.getInstance(text(field));
        } catch (IllegalArgumentException unknown) {
            throw unreadable(field, unknown);
        }
    }

    <E extends Enum<E>> E constant(String field, Class<E> type) {
        try {
            return Enum.valueOf(type, text(field));
        } catch (IllegalArgumentException unknown) {
            throw unreadable(field, unknown);
        }
    }

    <E extends Enum<E>> @Nullable E constantOrNull(String field, Class<E> type) {
        return textOrNull(field) == null ? null : constant(field, type);
    }

    /** True only where it is said: absent means no. */
    boolean isSet(String field) {
        return Boolean.TRUE.equals(optional(field, Boolean.class));
    }

    boolean flag(String field) {
        return required(field, Boolean.class);
    }

    /** A value that checks itself. */
    <T> T value(String field, Function<String, T> constructor) {
        return construct(field, text(field), constructor);
    }

    <T> @Nullable T valueOrNull(String field, Function<String, T> constructor) {
        String text = textOrNull(field);
        return text == null ? null : construct(field, text, constructor);
    }

    private <T> T construct(String field, String text, Function<String, T> constructor) {
        try {
            return constructor.apply(text);
        } catch (IllegalArgumentException
                | java.time.DateTimeException
                | io.nestcms.failure.InvalidInputException refused) {
            throw unreadable(field, refused);
        }
    }

    /** The document itself, as it is stored. */
    Document document() {
        return document;
    }

    /** A sub-document, as it is stored. */
    Document document(String field) {
        return required(field, Document.class);
    }

    Stored sub(String field) {
        return new Stored(required(field, Document.class), path + "." + field);
    }

    @Nullable Stored subOrNull(String field) {
        Document found = optional(field, Document.class);
        return found == null ? null : new Stored(found, path + "." + field);
    }

    <T> List<T> list(String field, Function<Stored, T> reader) {
        List<?> elements = required(field, List.class);
        return elements.stream()
                .<T>map(element -> {
                    if (element instanceof Document found) {
                        return reader.apply(new Stored(found, path + "." + field));
                    }
                    throw unreadable(field, null);
                })
                .toList();
    }

    <T> List<T> texts(String field, Function<String, T> constructor) {
        List<?> elements = required(field, List.class);
        return elements.stream()
                .<T>map(element -> {
                    if (element instanceof String text) {
                        return construct(field, text, constructor);
                    }
                    throw unreadable(field, null);
                })
                .toList();
    }

    NestMongoException unreadable(String field, @Nullable Throwable cause) {
        return new NestMongoException(path + ": field " + field + " is missing or cannot be read", cause);
    }

    private <T> T required(String field, Class<T> type) {
        T value = optional(field, type);
        if (value == null) {
            throw unreadable(field, null);
        }
        return value;
    }

    private <T> @Nullable T optional(String field, Class<T> type) {
        Object value = document.get(field);
        if (value == null || type.isInstance(value)) {
            return type.cast(value);
        }
        throw unreadable(field, null);
    }
}
