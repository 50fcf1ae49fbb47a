package io.nestcms.mongo;

import static com.mongodb.client.model.Filters.and;
import static com.mongodb.client.model.Filters.eq;

import com.mongodb.MongoWriteException;
import com.mongodb.client.MongoCollection;
import io.nestcms.cms.contract.Contract;
import io.nestcms.cms.contract.ContractId;
import io.nestcms.cms.contract.ContractNotice;
import io.nestcms.cms.contract.ContractOutbox;
import io.nestcms.cms.contract.ContractQuery;
import io.nestcms.cms.contract.ContractStatement;
import io.nestcms.cms.contract.ContractStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bson.Document;
import org.bson.conversions.Bson;

/** Contracts in one collection, and statements in one round trip: contract and payments joined by the server. */
final class MongoContractStore implements ContractStore {
    static final List<IndexSpec> INDEXES = List.of(
            // list, statements
            IndexSpec.plain("newest", new Document("createdAt", -1).append("_id", -1)),
            IndexSpec.plain(
                    "newest_of_organisation",
                    new Document("organisationId", 1).append("createdAt", -1).append("_id", -1)),
            IndexSpec.plain(
                    "newest_of_status",
                    new Document("status", 1).append("createdAt", -1).append("_id", -1)),
            IndexSpec.plain(
                    "newest_of_organisation_status",
                    new Document("organisationId", 1)
                            .append("status", 1)
                            .append("createdAt", -1)
                            .append("_id", -1)));

    static final List<IndexSpec> PAYMENT_INDEXES = List.of(
            // statement: the payments of a contract
            IndexSpec.sparse("contract", new Document("order.contractId", 1)));

    /** What a statement does not tell, and what would be sent for nothing: personal data first of all. */
    private static final List<String> NOT_TOLD = List.of(
            ContractDocuments.EVENTS,
            ContractDocuments.BURIED,
            "payments.order.customer",
            "payments.order.description",
            "payments.scope",
            "payments.key",
            "payments.fingerprint",
            "payments.cartId",
            "payments.attempts",
            "payments.entries",
            "payments.decisions",
            "payments.carts",
            "payments.refs",
            "payments.setAside",
            "payments.gateway",
            "payments.followUps",
            "payments.disputed",
            "payments.history",
            "payments.outbox",
            "payments.outboxLease",
            "payments.buried");

    private static final Document NEWEST_FIRST = new Document("createdAt", -1).append("_id", -1);

    private final MongoCollection<Document> contracts;
    private final Calls calls;
    private final Aggregations aggregations;
    private final MongoContractOutbox outbox;

    MongoContractStore(MongoCollection<Document> contracts, Calls calls, Aggregations aggregations) {
        this.contracts = contracts;
        this.calls = calls;
        this.aggregations = aggregations;
        this.outbox = new MongoContractOutbox(contracts, calls);
    }

    @Override
    public boolean insert(Contract contract, List<ContractNotice> notices) {
        Document document = ContractDocuments.created(contract, notices);
        return calls.write("contract " + contract.id(), () -> {
            try {
                contracts.insertOne(document);
                return true;
            } catch (MongoWriteException refused) {
                if (Calls.isDuplicate(refused)) {
                    return false;
                }
                throw refused;
            }
        });
    }

    @Override
    public boolean replace(Contract contract, List<ContractNotice> notices) {
        Bson before = and(eq("_id", contract.id().value()), eq("version", contract.version() - 1));
        Document change = ContractDocuments.changed(contract, notices);
        return calls.write(
                "contract " + contract.id(),
                () -> contracts.updateOne(before, change).getMatchedCount() == 1);
    }

    @Override
    public ContractOutbox outbox() {
        return outbox;
    }

    /** Those of this store and of its outbox. */
    static List<IndexSpec> allIndexes() {
        List<IndexSpec> all = new ArrayList<>(INDEXES);
        all.addAll(MongoContractOutbox.INDEXES);
        return all;
    }

    @Override
    public Optional<Contract> find(ContractId id) {
        return Optional.ofNullable(calls.read(
                        "contract " + id,
                        () -> contracts.find(eq("_id", id.value())).first()))
                .map(ContractDocuments::contract);
    }

    @Override
    public List<Contract> list(ContractQuery query) {
        return calls.read(
                "a page of contracts",
                () -> contracts
                        .find(filter(query))
                        .sort(NEWEST_FIRST)
                        .skip(query.page() * query.size())
                        .limit(query.size())
                        .map(ContractDocuments::contract)
                        .into(new ArrayList<>()));
    }

    @Override
    public Optional<ContractStatement> statement(ContractId id) {
        return aggregations.exact(statementOf(id)).stream().findFirst();
    }

    @Override
    public List<ContractStatement> statements(ContractQuery query) {
        return aggregations.exact(statementsOf(query));
    }

    static Aggregation<ContractStatement> statementOf(ContractId id) {
        List<Document> pipeline = new ArrayList<>();
        pipeline.add(new Document("$match", new Document("_id", id.value())));
        return statements("contract-statement", pipeline);
    }

    static Aggregation<ContractStatement> statementsOf(ContractQuery query) {
        List<Document> pipeline = new ArrayList<>();
        pipeline.add(new Document("$match", filter(query)));
        pipeline.add(new Document("$sort", NEWEST_FIRST));
        pipeline.add(new Document("$skip", query.page() * query.size()));
        pipeline.add(new Document("$limit", query.size()));
        return statements("contract-statements", pipeline);
    }

    private static Aggregation<ContractStatement> statements(String name, List<Document> pipeline) {
        pipeline.add(new Document(
                "$lookup",
                new Document("from", PaymentDocuments.COLLECTION)
                        .append("localField", "_id")
                        .append("foreignField", "order.contractId")
                        .append("as", "payments")));
        Document left = new Document();
        NOT_TOLD.forEach(field -> left.append(field, 0));
        pipeline.add(new Document("$project", left));
        return Aggregation.of(name, ContractDocuments.COLLECTION, pipeline, ContractDocuments::statement)
                .tagged(Aggregation.PAYMENTS, Aggregation.CONTRACTS);
    }

    private static Document filter(ContractQuery query) {
        Document filter = new Document();
        if (query.organisationId() != null) {
            filter.append("organisationId", query.organisationId());
        }
        if (query.status() != null) {
            filter.append("status", query.status().name());
        }
        return filter;
    }
}
