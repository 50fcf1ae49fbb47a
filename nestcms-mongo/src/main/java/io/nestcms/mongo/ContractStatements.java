package io.nestcms.mongo;

import io.nestcms.cms.contract.ContractId;
import io.nestcms.cms.contract.ContractQuery;
import io.nestcms.cms.contract.ContractStatement;
import java.util.ArrayList;
import java.util.List;
import org.bson.Document;

/** The pipelines that join contracts with their payments. */
final class ContractStatements {
    /** What a statement does not tell, and what would be sent for nothing: personal data first of all. */
    private static final List<String> NOT_TOLD = List.of(
            NoticeDocuments.EVENTS,
            NoticeDocuments.BURIED,
            "payments.order.customer",
            "payments.order.method",
            "payments.order.options",
            "payments.order.shipping",
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

    private final ContractDocuments documents;

    ContractStatements(ContractDocuments documents) {
        this.documents = documents;
    }

    Aggregation<ContractStatement> of(ContractId id) {
        List<Document> pipeline = new ArrayList<>();
        pipeline.add(new Document("$match", new Document("_id", id.value())));
        return joined("contract-statement", pipeline);
    }

    Aggregation<ContractStatement> of(ContractQuery query) {
        Document filter = documents.filter(query);
        Records.after(filter, query.after());
        List<Document> pipeline = new ArrayList<>();
        pipeline.add(new Document("$match", filter));
        pipeline.add(new Document("$sort", Records.NEWEST_FIRST));
        pipeline.add(new Document("$limit", query.size()));
        return joined("contract-statements", pipeline);
    }

    private Aggregation<ContractStatement> joined(String name, List<Document> pipeline) {
        pipeline.add(new Document(
                "$lookup",
                new Document("from", PaymentDocuments.COLLECTION)
                        .append("localField", "_id")
                        .append("foreignField", "order.contractId")
                        .append("as", "payments")));
        Document left = new Document();
        NOT_TOLD.forEach(field -> left.append(field, 0));
        pipeline.add(new Document("$project", left));
        return Aggregation.of(name, ContractDocuments.COLLECTION, pipeline, documents::statement)
                .tagged(Aggregation.PAYMENTS, Aggregation.CONTRACTS);
    }
}
