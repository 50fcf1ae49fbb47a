package io.nestcms.mongo;

import static com.mongodb.client.model.Filters.and;
import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Filters.gt;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoCursor;
import com.mongodb.client.model.Projections;
import io.nestcms.crypto.CipherException;
import io.nestcms.crypto.FieldCipher;
import io.nestcms.failure.InvalidInputException;
import io.nestcms.payment.PaymentId;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.bson.Document;
import org.bson.conversions.Bson;
import org.bson.types.Binary;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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

    private static final String KEY = CUSTOMER + "." + CustomerFields.KEY;
    private static final Logger LOG = LoggerFactory.getLogger(SealedCustomers.class);

    static final List<IndexSpec> INDEXES =
            List.of(IndexSpec.sparse("customer_email", new Document(CUSTOMER + "." + CustomerFields.EMAIL_HASH, 1)));

    /** For a node with a cipher. Also finds what has no such field: it is clear, or from before there was one. */
    static final IndexSpec KEY_INDEX = IndexSpec.plain("customer_key", new Document(KEY, 1));

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
     * Seals everything that is clear or under an older key under the current one. Other nodes and payments go on meanwhile. Finds
     * by an index what there is to do, so another run goes on where one ended, and costs nothing when there is nothing. Run it
     * again until it gives zero on a moment when every node seals under the new key; then the old one can go.
     *
     * @param batch how many payments are read at a time; 1 to 10,000
     * @return how many payments were sealed anew
     * @throws InvalidInputException if the batch is out of range
     * @throws NestMongoException if the database does not answer; what is done so far stays done
     * @throws io.nestcms.crypto.CipherException if a value cannot be opened; all others are sealed by then
     */
    public long reseal(int batch) {
        if (batch < 1 || batch > 10_000) {
            throw new InvalidInputException("batch", "is " + batch, "1 to 10000");
        }
        Resealing run = new Resealing(batch);
        run.all(eq(KEY, null));
        for (String key : keysInUse(payments, calls)) {
            if (!key.equals(cipher.currentKeyId())) {
                run.all(eq(KEY, key));
            }
        }
        if (run.first != null) {
            throw run.first;
        }
        return run.sealed;
    }

    /**
     * The keys that payments are sealed under and that this node does not have.
     *
     * @return their names; empty when every payment can be read here
     * @throws NestMongoException if the database does not answer
     */
    public Set<String> missingKeys() {
        Set<String> missing = keysInUse(payments, calls);
        missing.removeAll(cipher.keyIds());
        return missing;
    }

    /** One step over the index for each key. */
    static Set<String> keysInUse(MongoCollection<Document> payments, Calls calls) {
        Set<String> keys = new TreeSet<>();
        String last = "";
        while (true) {
            Bson next = gt(KEY, last);
            Document found = calls.read(
                    "the keys of the payments",
                    () -> payments.find(next)
                            .sort(new Document(KEY, 1))
                            .projection(Projections.include(KEY))
                            .first());
            if (found == null) {
                return keys;
            }
            last = found.getEmbedded(List.of("order", "customer", CustomerFields.KEY), String.class);
            keys.add(last);
        }
    }

    /** One run. A payment that cannot be opened keeps no other from being sealed. */
    private final class Resealing {
        private final int batch;
        private long sealed;
        private @Nullable CipherException first;

        Resealing(int batch) {
            this.batch = batch;
        }

        /** What is sealed leaves the stretch of the index that is read here. */
        void all(Bson which) {
            try (MongoCursor<Document> found = calls.read(
                    "the payments to seal",
                    () -> payments.find(which)
                            .batchSize(batch)
                            .projection(Projections.include(
                                    "version",
                                    CUSTOMER,
                                    "order." + OrderDocuments.SHIPPING,
                                    "order." + OrderDocuments.METHOD))
                            .iterator())) {
                while (calls.read("the payments to seal", found::hasNext)) {
                    one(found.next());
                }
            }
        }

        private void one(Document payment) {
            try {
                sealed += reseal(payment) ? 1 : 0;
            } catch (CipherException closed) {
                LOG.warn("Payment {} cannot be sealed anew: {}", payment.get("_id"), closed.getMessage());
                first = first == null ? closed : first;
            }
        }
    }

    private boolean reseal(Document payment) {
        PaymentId id = new PaymentId(payment.getString("_id"));
        Document order = Objects.requireNonNull(payment.get("order", Document.class));
        Document change = new Document();
        String current = cipher.currentKeyId();
        CustomerFields.SEALED.forEach(field -> reseal(id, order, CustomerFields.CUSTOMER, field, change));
        CustomerFields.SEALED.forEach(field -> reseal(id, order, OrderDocuments.SHIPPING, field, change));
        reseal(id, order, OrderDocuments.METHOD, OrderDocuments.TOKEN, change);
        boolean anew = !change.isEmpty();
        change.append(KEY, current);
        // the version stays: nothing that a payment says has changed. One that was written meanwhile was sealed by that
        // write; if by a node that has not got the new key yet, the next run finds it
        Bson unchanged = and(eq("_id", id.value()), eq("version", payment.get("version")));
        boolean written = calls.write(
                "payment " + id,
                () -> payments.updateOne(unchanged, new Document("$set", change))
                                .getModifiedCount()
                        == 1);
        return anew && written;
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
