package io.nestcms.mongo;

import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Filters.lte;

import com.mongodb.client.MongoCollection;
import io.nestcms.cms.contract.Contract;
import io.nestcms.cms.contract.ContractEvent;
import io.nestcms.cms.contract.ContractId;
import io.nestcms.cms.contract.ContractQuery;
import io.nestcms.cms.contract.ContractStatement;
import io.nestcms.cms.contract.ContractStore;
import io.nestcms.cms.outbox.Notice;
import io.nestcms.cms.outbox.Notices;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bson.Document;

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
                            .append("_id", -1)),
            IndexSpec.plain(
                    "newest_of_client",
                    new Document("client.id", 1).append("createdAt", -1).append("_id", -1)),
            IndexSpec.plain(
                    "newest_of_client_email",
                    new Document("client.emailKey", 1).append("createdAt", -1).append("_id", -1)),
            // due
            IndexSpec.sparse("due", new Document("nextDueOn", 1).append("_id", 1)));

    static final List<IndexSpec> PAYMENT_INDEXES = List.of(
            // statement: the payments of a contract
            IndexSpec.sparse("contract", new Document("order.contractId", 1)));

    private final MongoCollection<Document> contracts;
    private final Calls calls;
    private final Aggregations aggregations;
    private final ContractDocuments documents;
    private final Records records;
    private final Notices<ContractEvent> outbox;

    MongoContractStore(
            MongoCollection<Document> contracts, ContractDocuments documents, Calls calls, Aggregations aggregations) {
        this.contracts = contracts;
        this.calls = calls;
        this.aggregations = aggregations;
        this.documents = documents;
        this.records = new Records("contract", contracts, calls);
        this.outbox = new MongoNotices<>(contracts, documents, calls);
    }

    @Override
    public boolean insert(Contract contract, List<Notice<ContractEvent>> notices) {
        return records.insert(documents.created(contract, notices));
    }

    @Override
    public boolean replace(Contract contract, List<Notice<ContractEvent>> notices) {
        return records.replace(contract.id().value(), contract.version(), documents.changed(contract, notices));
    }

    @Override
    public Notices<ContractEvent> outbox() {
        return outbox;
    }

    /** Those of this store and of its outbox. */
    static List<IndexSpec> allIndexes() {
        List<IndexSpec> all = new ArrayList<>(INDEXES);
        all.addAll(MongoNotices.INDEXES);
        return all;
    }

    @Override
    public Optional<Contract> find(ContractId id) {
        return records.find(eq("_id", id.value())).map(documents::contract);
    }

    @Override
    public List<Contract> list(ContractQuery query) {
        return records.page(documents.filter(query), query.after(), query.size(), documents::contract);
    }

    @Override
    public List<ContractId> due(LocalDate day, int skip, int limit) {
        return calls.read(
                "the contracts with instalments that are due",
                () -> contracts
                        .find(lte("nextDueOn", day.toEpochDay()))
                        .sort(new Document("nextDueOn", 1).append("_id", 1))
                        .skip(skip)
                        .limit(limit)
                        .projection(new Document("_id", 1))
                        .map(found -> new ContractId(found.getString("_id")))
                        .into(new ArrayList<>()));
    }

    @Override
    public Optional<ContractStatement> statement(ContractId id) {
        return aggregations.exact(aggregations.statement(id)).stream().findFirst();
    }

    @Override
    public List<ContractStatement> statements(ContractQuery query) {
        return aggregations.exact(aggregations.statements(query));
    }
}
