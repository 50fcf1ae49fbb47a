package io.nestcms.mongo;

import io.nestcms.crypto.FieldCipher;
import io.nestcms.payment.Customer;
import io.nestcms.payment.PaymentId;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.bson.Document;
import org.bson.types.Binary;
import org.jspecify.annotations.Nullable;

/**
 * The payer's personal data in a payment's document: sealed field by field where a cipher is given. Clear fields from before
 * there was one are still read. The country is no personal datum and stays clear.
 */
final class CustomerFields {
    static final List<String> SEALED = List.of("name", "email", "phone", "street", "city");
    static final String CUSTOMER = "customer";
    static final String EMAIL_HASH = "emailHash";
    /** The name of the key, so that what is to be sealed anew is found; absent where it is clear. */
    static final String KEY = "key";

    private final @Nullable FieldCipher cipher;

    CustomerFields(@Nullable FieldCipher cipher) {
        this.cipher = cipher;
    }

    Document write(PaymentId id, Customer customer) {
        // read first: where the key changes before all of the order is sealed, it is one to be sealed anew
        String key = cipher == null ? null : cipher.currentKeyId();
        Document document = person(id, CUSTOMER, customer);
        if (cipher != null) {
            document.append(KEY, key);
            document.append(EMAIL_HASH, emailHash(cipher, customer.email()));
        }
        return document;
    }

    /** Somebody else of the order; not found by the address. */
    Document person(PaymentId id, String part, Customer customer) {
        Document document = new Document();
        put(document, id, part, "name", customer.name());
        put(document, id, part, "email", customer.email());
        put(document, id, part, "phone", customer.phone());
        put(document, id, part, "street", customer.street());
        put(document, id, part, "city", customer.city());
        return EventDocuments.put(document, "country", customer.country());
    }

    void put(Document document, PaymentId id, String part, String field, @Nullable String value) {
        if (value != null) {
            document.append(field, cipher == null ? value : seal(cipher, id, part, field, value));
        }
    }

    Customer read(PaymentId id, Stored stored) {
        return person(id, CUSTOMER, stored);
    }

    Customer person(PaymentId id, String part, Stored stored) {
        return new Customer(
                required(id, stored, part, "name"),
                required(id, stored, part, "email"),
                text(id, stored, part, "phone"),
                text(id, stored, part, "street"),
                text(id, stored, part, "city"),
                stored.textOrNull("country"));
    }

    String required(PaymentId id, Stored stored, String part, String field) {
        String value = text(id, stored, part, field);
        if (value == null) {
            throw stored.unreadable(field, null);
        }
        return Objects.requireNonNull(value);
    }

    private @Nullable String text(PaymentId id, Stored stored, String part, String field) {
        return stored.sealedOrNull(field, cipher, context(id, part, field));
    }

    static Binary seal(FieldCipher cipher, PaymentId id, String part, String field, String value) {
        return new Binary(cipher.seal(value, context(id, part, field)));
    }

    static Binary emailHash(FieldCipher cipher, String email) {
        return new Binary(cipher.lookupHash(email.toLowerCase(Locale.ROOT), "customer.email"));
    }

    static String context(PaymentId id, String part, String field) {
        return PaymentDocuments.COLLECTION + "/" + id + "/" + part + "." + field;
    }
}
