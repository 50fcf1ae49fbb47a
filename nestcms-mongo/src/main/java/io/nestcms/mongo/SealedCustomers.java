package io.nestcms.mongo;

import static com.mongodb.client.model.Filters.and;
import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Filters.gt;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.Projections;
import io.nestcms.crypto.FieldCipher;
import io.nestcms.failure.InvalidInputException;
import io.nestcms.payment.PaymentId;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.bson.Document;
import org.bson.conversions.Bson;
import org.bson.types.Binary;

/**
 * The encrypted personal data of the payers: finding it by e-mail address, and sealing it anew under a new key or, when
 * encryption was just switched on, for the first time.
 *
 * <p>Safe for use by many threads.
 *
 * @since 0.1
 */
public final class SealedCustomers {
    private static final String CUSTOMER = "order.customer";

    static final List<IndexSpec> INDEXES =
            List.of(IndexSpec.sparse("customer_email", new Document(CUSTOMER + "." + CustomerFields.EMAIL_HASH, 1)));

    private final MongoCollection<Document> payments;
    private final FieldCipher cipher;
    private final Calls calls;

    SealedCustomers(MongoCollection<Document> payments, FieldCipher cipher, Calls calls) {
        this.payments = payments;
        this.cipher = cipher;
        this.calls = calls;
    }

    /**
     * The payments of a payer, found by a keyed hash of the address.
     *
     * @param email the address; capitals do not matter
     * @param limit at most how many; from 1
     * @return their ids, in no order; without those that were stored clear and not sealed since
     * @throws NestMongoException if the database does not answer
     */
    public List<PaymentId> findByEmail(String email, int limit) {
        Bson filter = eq(CUSTOMER + "." + CustomerFields.EMAIL_HASH, CustomerFields.emailHash(cipher, email));
        return calls.read(
                "the payments of an address",
                () -> payments.find(filter)
                        .projection(Projections.include("_id"))
                        .limit(limit)
                        .map(found -> new PaymentId(found.getString("_id")))
                        .into(new ArrayList<>()));
    }

    /**
     * Seals everything that is clear or under an older key under the current one. Other nodes and payments go on meanwhile.
     * Run it again until it gives zero on a moment when every node has the new key; then the old one can go.
     *
     * @param batch how many payments are read at a time; 1 to 10,000
     * @return how many payments were sealed anew
     * @throws InvalidInputException if the batch is out of range
     * @throws NestMongoException if the database does not answer; what is done so far stays done
     * @throws io.nestcms.crypto.CipherException if a value cannot be opened
     */
    public long reseal(int batch) {
        if (batch < 1 || batch > 10_000) {
            throw new InvalidInputException("batch", "is " + batch, "1 to 10000");
        }
        long sealed = 0;
        String last = "";
        while (true) {
            String after = last;
            List<Document> page = calls.read(
                    "the payments to seal",
                    () -> payments.find(gt("_id", after))
                            .sort(new Document("_id", 1))
                            .limit(batch)
                            .projection(Projections.include(
                                    "version",
                                    CUSTOMER,
                                    "order." + OrderDocuments.SHIPPING,
                                    "order." + OrderDocuments.METHOD))
                            .into(new ArrayList<>()));
            for (Document payment : page) {
                sealed += reseal(payment) ? 1 : 0;
                last = payment.getString("_id");
            }
            if (page.size() < batch) {
                return sealed;
            }
        }
    }

    private boolean reseal(Document payment) {
        PaymentId id = new PaymentId(payment.getString("_id"));
        Document order = Objects.requireNonNull(payment.get("order", Document.class));
        Document change = new Document();
        CustomerFields.SEALED.forEach(field -> reseal(id, order, CustomerFields.CUSTOMER, field, change));
        CustomerFields.SEALED.forEach(field -> reseal(id, order, OrderDocuments.SHIPPING, field, change));
        reseal(id, order, OrderDocuments.METHOD, OrderDocuments.TOKEN, change);
        // the version stays: nothing that a payment says has changed. One that was written meanwhile was sealed by that
        // write; if by a node that has not got the new key yet, the next run finds it
        Bson unchanged = and(eq("_id", id.value()), eq("version", payment.get("version")));
        return !change.isEmpty()
                && calls.write(
                        "payment " + id,
                        () -> payments.updateOne(unchanged, new Document("$set", change))
                                        .getModifiedCount()
                                == 1);
    }

    private void reseal(PaymentId id, Document order, String part, String field, Document change) {
        Document fields = order.get(part, Document.class);
        Object value = fields == null ? null : fields.get(field);
        String clear = null;
        if (value instanceof String text) {
            clear = text;
        } else if (value instanceof Binary old
                && !FieldCipher.keyIdOf(old.getData()).equals(cipher.currentKeyId())) {
            clear = cipher.open(old.getData(), CustomerFields.context(id, part, field));
        }
        if (clear == null) {
            return;
        }
        change.append("order." + part + "." + field, CustomerFields.seal(cipher, id, part, field, clear));
        if (part.equals(CustomerFields.CUSTOMER) && field.equals("email")) {
            change.append(CUSTOMER + "." + CustomerFields.EMAIL_HASH, CustomerFields.emailHash(cipher, clear));
        }
    }
}
