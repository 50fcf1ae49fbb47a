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
    static final String EMAIL_HASH = "emailHash";

    private final @Nullable FieldCipher cipher;

    CustomerFields(@Nullable FieldCipher cipher) {
        this.cipher = cipher;
    }

    Document write(PaymentId id, Customer customer) {
        Document document = new Document();
        put(document, id, "name", customer.name());
        put(document, id, "email", customer.email());
        put(document, id, "phone", customer.phone());
        put(document, id, "street", customer.street());
        put(document, id, "city", customer.city());
        if (cipher != null) {
            document.append(EMAIL_HASH, emailHash(cipher, customer.email()));
        }
        return EventDocuments.put(document, "country", customer.country());
    }

    private void put(Document document, PaymentId id, String field, @Nullable String value) {
        if (value != null) {
            document.append(field, cipher == null ? value : seal(cipher, id, field, value));
        }
    }

    Customer read(PaymentId id, Stored stored) {
        return new Customer(
                required(id, stored, "name"),
                required(id, stored, "email"),
                text(id, stored, "phone"),
                text(id, stored, "street"),
                text(id, stored, "city"),
                stored.textOrNull("country"));
    }

    private String required(PaymentId id, Stored stored, String field) {
        String value = text(id, stored, field);
        if (value == null) {
            throw stored.unreadable(field, null);
        }
        return Objects.requireNonNull(value);
    }

    private @Nullable String text(PaymentId id, Stored stored, String field) {
        return stored.sealedOrNull(field, cipher, context(id, field));
    }

    static Binary seal(FieldCipher cipher, PaymentId id, String field, String value) {
        return new Binary(cipher.seal(value, context(id, field)));
    }

    static Binary emailHash(FieldCipher cipher, String email) {
        return new Binary(cipher.lookupHash(email.toLowerCase(Locale.ROOT), "customer.email"));
    }

    static String context(PaymentId id, String field) {
        return PaymentDocuments.COLLECTION + "/" + id + "/customer." + field;
    }
}
