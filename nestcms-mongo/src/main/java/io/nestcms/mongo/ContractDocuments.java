package io.nestcms.mongo;

import static io.nestcms.mongo.EventDocuments.money;
import static io.nestcms.mongo.EventDocuments.put;

import io.nestcms.cms.contract.Contract;
import io.nestcms.cms.contract.ContractEvent;
import io.nestcms.cms.contract.ContractEvent.ContractDrafted;
import io.nestcms.cms.contract.ContractEvent.ContractRevised;
import io.nestcms.cms.contract.ContractEvent.ContractStatusChanged;
import io.nestcms.cms.contract.ContractId;
import io.nestcms.cms.contract.ContractNotice;
import io.nestcms.cms.contract.ContractStatement;
import io.nestcms.cms.contract.ContractStatus;
import io.nestcms.cms.contract.ContractTerms;
import io.nestcms.cms.contract.Instalment;
import io.nestcms.cms.contract.PaymentLine;
import io.nestcms.cms.contract.Worker;
import io.nestcms.payment.PaymentId;
import io.nestcms.payment.PaymentStatus;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import org.bson.Document;

/** Contracts as documents; a change leaves fields alone that this build does not know. */
final class ContractDocuments {
    static final String COLLECTION = "contracts";
    static final Format FORMAT = Format.first(COLLECTION);
    static final String EVENTS = "events";
    static final String BURIED = "buriedEvents";

    private ContractDocuments() {}

    static Document created(Contract contract, List<ContractNotice> notices) {
        Document document = fields(contract)
                .append("_id", contract.id().value())
                .append(EVENTS, notices.stream().map(ContractDocuments::event).toList());
        return notices.isEmpty() ? document : document.append("eventsNextAt", Times.nanos(contract.updatedAt()));
    }

    static Document changed(Contract contract, List<ContractNotice> notices) {
        Document update = new Document("$set", fields(contract));
        if (contract.terms().projectId() == null) {
            update.append("$unset", new Document("projectId", ""));
        }
        if (!notices.isEmpty()) {
            List<Document> events =
                    notices.stream().map(ContractDocuments::event).toList();
            update.append("$push", new Document(EVENTS, new Document("$each", events)))
                    // no sooner than what waits for another try: a new event comes after it anyway
                    .append("$max", new Document("eventsNextAt", Times.nanos(contract.updatedAt())));
        }
        return update;
    }

    /** The names of the types are part of the stored format. */
    static Document event(ContractNotice notice) {
        ContractEvent event = notice.event();
        Document document = new Document("id", notice.id()).append("at", Times.nanos(event.at()));
        if (notice.attempts() > 0) {
            put(document.append("attempts", notice.attempts()), "cause", notice.cause());
        }
        if (event instanceof ContractDrafted) {
            return document.append("type", "drafted");
        }
        if (event instanceof ContractRevised) {
            return document.append("type", "revised");
        }
        if (event instanceof ContractStatusChanged changed) {
            return document.append("type", "statusChanged")
                    .append("from", changed.from().name())
                    .append("to", changed.to().name());
        }
        throw new IllegalStateException("no stored form for " + event.getClass().getSimpleName());
    }

    /** The events in one of the lists, {@link #EVENTS} or {@link #BURIED}. An event that never failed has no attempts. */
    static List<ContractNotice> notices(Document document, String list) {
        Stored stored = FORMAT.read(document);
        ContractId id = stored.value("_id", ContractId::new);
        return stored.list(
                list,
                event -> new ContractNotice(
                        event.text("id"),
                        event(id, event),
                        event.has("attempts") ? event.integer("attempts") : 0,
                        event.textOrNull("cause")));
    }

    private static ContractEvent event(ContractId id, Stored event) {
        Instant at = event.time("at");
        return switch (event.text("type")) {
            case "drafted" -> new ContractDrafted(id, at);
            case "revised" -> new ContractRevised(id, at);
            case "statusChanged" ->
                new ContractStatusChanged(
                        id,
                        at,
                        event.constant("from", ContractStatus.class),
                        event.constant("to", ContractStatus.class));
            default -> throw event.unreadable("type", null);
        };
    }

    private static Document fields(Contract contract) {
        ContractTerms terms = contract.terms();
        Document document = new Document("v", FORMAT.version())
                .append("status", contract.status().name())
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
        return contract(FORMAT.read(document));
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
        Stored stored = FORMAT.read(document);
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
