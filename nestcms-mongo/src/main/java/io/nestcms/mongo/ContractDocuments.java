package io.nestcms.mongo;

import static io.nestcms.mongo.EventDocuments.money;
import static io.nestcms.mongo.EventDocuments.put;

import io.nestcms.contract.Contract;
import io.nestcms.contract.ContractId;
import io.nestcms.contract.ContractStatement;
import io.nestcms.contract.ContractStatus;
import io.nestcms.contract.ContractTerms;
import io.nestcms.contract.Instalment;
import io.nestcms.contract.PaymentLine;
import io.nestcms.contract.Worker;
import io.nestcms.payment.PaymentId;
import io.nestcms.payment.PaymentStatus;
import java.time.LocalDate;
import org.bson.Document;

/** Contracts as documents; a change leaves fields alone that this build does not know. */
final class ContractDocuments {
    static final int FORMAT = 1;
    static final String COLLECTION = "contracts";

    private ContractDocuments() {}

    static Document created(Contract contract) {
        return fields(contract).append("_id", contract.id().value()).append("v", FORMAT);
    }

    static Document changed(Contract contract) {
        Document update = new Document("$set", fields(contract));
        return contract.terms().projectId() == null ? update.append("$unset", new Document("projectId", "")) : update;
    }

    private static Document fields(Contract contract) {
        ContractTerms terms = contract.terms();
        Document document = new Document("status", contract.status().name())
                .append("title", terms.title())
                .append("clientId", terms.clientId())
                .append("organisationId", terms.organisationId())
                .append(
                        "workers",
                        terms.workers().stream()
                                .map(worker ->
                                        new Document("employeeId", worker.employeeId()).append("share", worker.share()))
                                .toList())
                .append("amount", money(terms.amount()))
                .append(
                        "instalments",
                        terms.instalments().stream()
                                .map(instalment -> new Document("amount", money(instalment.amount()))
                                        .append("dueOn", instalment.dueOn().toString()))
                                .toList())
                .append("commission", terms.commission())
                .append("version", contract.version())
                .append("createdAt", Times.nanos(contract.createdAt()))
                .append("updatedAt", Times.nanos(contract.updatedAt()));
        return put(document, "projectId", terms.projectId());
    }

    static Contract contract(Document document) {
        return contract(Stored.of(document, COLLECTION, FORMAT));
    }

    private static Contract contract(Stored stored) {
        ContractTerms terms = new ContractTerms(
                stored.text("title"),
                stored.text("clientId"),
                stored.text("organisationId"),
                stored.textOrNull("projectId"),
                stored.list("workers", worker -> new Worker(worker.text("employeeId"), worker.integer("share"))),
                stored.money("amount"),
                stored.list(
                        "instalments",
                        instalment -> new Instalment(
                                instalment.money("amount"), instalment.value("dueOn", LocalDate::parse))),
                stored.integer("commission"));
        return new Contract(
                stored.value("_id", ContractId::new),
                terms,
                stored.constant("status", ContractStatus.class),
                stored.number("version"),
                stored.time("createdAt"),
                stored.time("updatedAt"));
    }

    /** A contract that the server has joined with its payments. */
    static ContractStatement statement(Document document) {
        Stored stored = Stored.of(document, COLLECTION, FORMAT);
        return ContractStatement.ofLines(contract(stored), stored.list("payments", ContractDocuments::line));
    }

    private static PaymentLine line(Stored payment) {
        return PaymentLine.of(
                payment.value("_id", PaymentId::new),
                payment.constant("status", PaymentStatus.class),
                payment.time("createdAt"),
                payment.sub("order").money("amount").currency(),
                PaymentDocuments.moves(payment));
    }
}
