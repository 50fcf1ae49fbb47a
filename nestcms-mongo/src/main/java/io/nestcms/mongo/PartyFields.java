package io.nestcms.mongo;

import io.nestcms.cms.contract.ContractId;
import io.nestcms.cms.contract.Party;
import io.nestcms.crypto.FieldCipher;
import java.util.Locale;
import java.util.Objects;
import org.bson.Document;
import org.bson.types.Binary;
import org.jspecify.annotations.Nullable;

/**
 * A contract's client in its document: sealed field by field where a cipher is given, with a keyed hash of the address to find it by.
 * Clear fields from before there was one are still read. Id and country are no personal data and stay clear.
 */
final class PartyFields {
    private final @Nullable FieldCipher cipher;

    PartyFields(@Nullable FieldCipher cipher) {
        this.cipher = cipher;
    }

    Document write(ContractId contract, Party party) {
        Document document = new Document("id", party.id());
        put(document, contract, "name", party.name());
        put(document, contract, "email", party.email());
        put(document, contract, "phone", party.phone());
        document.append("emailKey", emailKey(party.email()));
        return EventDocuments.put(document, "country", party.country());
    }

    /** What equal addresses have in common: a keyed hash, or the address itself where there is no cipher. */
    Object emailKey(String email) {
        String folded = email.toLowerCase(Locale.ROOT);
        return cipher == null ? folded : new Binary(cipher.lookupHash(folded, "contract.client.email"));
    }

    private void put(Document document, ContractId contract, String field, @Nullable String value) {
        if (value != null) {
            document.append(field, cipher == null ? value : new Binary(cipher.seal(value, context(contract, field))));
        }
    }

    Party read(ContractId contract, Stored stored) {
        return new Party(
                stored.text("id"),
                required(contract, stored, "name"),
                required(contract, stored, "email"),
                text(contract, stored, "phone"),
                stored.textOrNull("country"));
    }

    private String required(ContractId contract, Stored stored, String field) {
        String value = text(contract, stored, field);
        if (value == null) {
            throw stored.unreadable(field, null);
        }
        return Objects.requireNonNull(value);
    }

    private @Nullable String text(ContractId contract, Stored stored, String field) {
        return stored.sealedOrNull(field, cipher, context(contract, field));
    }

    private static String context(ContractId contract, String field) {
        return ContractDocuments.COLLECTION + "/" + contract + "/client." + field;
    }
}
