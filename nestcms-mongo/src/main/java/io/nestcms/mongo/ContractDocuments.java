package io.nestcms.mongo;

import static io.nestcms.mongo.EventDocuments.money;
import static io.nestcms.mongo.EventDocuments.put;

import io.nestcms.cms.contract.Bill;
import io.nestcms.cms.contract.Contract;
import io.nestcms.cms.contract.ContractEvent;
import io.nestcms.cms.contract.ContractEvent.ContractDrafted;
import io.nestcms.cms.contract.ContractEvent.ContractRevised;
import io.nestcms.cms.contract.ContractEvent.ContractStatusChanged;
import io.nestcms.cms.contract.ContractEvent.InstalmentDue;
import io.nestcms.cms.contract.ContractEvent.InstalmentOverdue;
import io.nestcms.cms.contract.ContractEvent.InstalmentPaid;
import io.nestcms.cms.contract.ContractId;
import io.nestcms.cms.contract.ContractQuery;
import io.nestcms.cms.contract.ContractStatement;
import io.nestcms.cms.contract.ContractStatus;
import io.nestcms.cms.contract.ContractTerms;
import io.nestcms.cms.contract.Instalment;
import io.nestcms.cms.contract.PaymentLine;
import io.nestcms.cms.contract.Worker;
import io.nestcms.cms.outbox.Notice;
import io.nestcms.money.Money;
import io.nestcms.payment.PaymentId;
import io.nestcms.payment.PaymentStatus;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import org.bson.Document;
import org.jspecify.annotations.Nullable;

/** Contracts as documents; a change leaves fields alone that this build does not know. */
final class ContractDocuments extends NoticeDocuments<ContractEvent> {
    static final String COLLECTION = "contracts";
    static final Format FORMAT = new Format(COLLECTION, List.of(ContractDocuments::withClient));
    private static final List<String> OPTIONAL = List.of("clientId", "projectId", "nextDueOn");

    private final PartyFields parties;

    ContractDocuments(PartyFields parties) {
        super(FORMAT);
        this.parties = parties;
    }

    Document created(Contract contract, List<Notice<ContractEvent>> notices) {
        return created(contract.id().value(), fields(contract), contract.updatedAt(), notices);
    }

    Document changed(Contract contract, List<Notice<ContractEvent>> notices) {
        return changed(fields(contract), OPTIONAL, contract.updatedAt(), notices);
    }

    @Override
    Document write(ContractEvent event) {
        if (event instanceof ContractDrafted) {
            return new Document("type", "drafted");
        }
        if (event instanceof ContractRevised) {
            return new Document("type", "revised");
        }
        if (event instanceof ContractStatusChanged changed) {
            return new Document("type", "statusChanged")
                    .append("from", changed.from().name())
                    .append("to", changed.to().name());
        }
        if (event instanceof InstalmentDue due) {
            return instalment("instalmentDue", due.instalment(), due.amount())
                    .append("payment", due.payment().value());
        }
        if (event instanceof InstalmentOverdue overdue) {
            return instalment("instalmentOverdue", overdue.instalment(), overdue.amount());
        }
        if (event instanceof InstalmentPaid paid) {
            return instalment("instalmentPaid", paid.instalment(), paid.amount());
        }
        throw new IllegalStateException("no stored form for " + event.getClass().getSimpleName());
    }

    private static Document instalment(String type, int instalment, Money amount) {
        return new Document("type", type).append("instalment", instalment).append("amount", money(amount));
    }

    @Override
    ContractEvent read(String key, Instant at, Stored event) {
        ContractId id = new ContractId(key);
        return switch (event.text("type")) {
            case "drafted" -> new ContractDrafted(id, at);
            case "revised" -> new ContractRevised(id, at);
            case "statusChanged" ->
                new ContractStatusChanged(
                        id,
                        at,
                        event.constant("from", ContractStatus.class),
                        event.constant("to", ContractStatus.class));
            case "instalmentDue" ->
                new InstalmentDue(
                        id,
                        at,
                        event.integer("instalment"),
                        event.money("amount"),
                        event.value("payment", PaymentId::new));
            case "instalmentOverdue" ->
                new InstalmentOverdue(id, at, event.integer("instalment"), event.money("amount"));
            case "instalmentPaid" -> new InstalmentPaid(id, at, event.integer("instalment"), event.money("amount"));
            default -> throw event.unreadable("type", null);
        };
    }

    /**
     * A contract of the first format names its client only. Until somebody writes who that is, the id stands for the name, and the address
     * is one of a host that never is (RFC 2606), so that no mail goes to a stranger.
     */
    private static Document withClient(Document document) {
        if (document.containsKey("clientId") && !document.containsKey("client")) {
            String id = document.getString("clientId");
            document.append(
                    "client", new Document("id", id).append("name", id).append("email", "unknown@client.invalid"));
        }
        return document;
    }

    private Document fields(Contract contract) {
        ContractTerms terms = contract.terms();
        Document document = new Document("v", FORMAT.version())
                .append("status", contract.status().name())
                .append("title", terms.title())
                .append("client", parties.write(contract.id(), terms.client()))
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
        if (!contract.bills().isEmpty()) {
            document.append(
                    "bills",
                    contract.bills().stream().map(ContractDocuments::bill).toList());
        }
        contract.nextDueOn().ifPresent(day -> document.append("nextDueOn", day.toEpochDay()));
        return put(document, "projectId", terms.projectId());
    }

    private static Document bill(Bill bill) {
        Document document = new Document("instalment", bill.instalment())
                .append("amount", money(bill.amount()))
                .append("plannedAt", Times.nanos(bill.plannedAt()));
        PaymentId payment = bill.payment();
        put(document, "payment", payment == null ? null : payment.value());
        time(document, "overdueAt", bill.overdueAt());
        time(document, "paidAt", bill.paidAt());
        return document;
    }

    private static void time(Document document, String field, @Nullable Instant at) {
        if (at != null) {
            document.append(field, Times.nanos(at));
        }
    }

    private static Bill bill(Stored bill) {
        return new Bill(
                bill.integer("instalment"),
                bill.money("amount"),
                bill.time("plannedAt"),
                bill.valueOrNull("payment", PaymentId::new),
                bill.timeOrNull("overdueAt"),
                bill.timeOrNull("paidAt"));
    }

    Contract contract(Document document) {
        return contract(FORMAT.read(document));
    }

    private Contract contract(Stored stored) {
        ContractId id = stored.value("_id", ContractId::new);
        ContractTerms terms = new ContractTerms(
                stored.text("title"),
                parties.read(id, stored.sub("client")),
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
                id,
                terms,
                stored.constant("status", ContractStatus.class),
                stored.has("bills") ? stored.list("bills", ContractDocuments::bill) : List.of(),
                stored.number("version"),
                stored.time("createdAt"),
                stored.time("updatedAt"));
    }

    /** A contract that the server has joined with its payments. */
    ContractStatement statement(Document document) {
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

    /** Which documents a query means; where its page begins is not part of it. */
    Document filter(ContractQuery query) {
        Document filter = new Document();
        put(filter, "organisationId", query.organisationId());
        put(filter, "client.id", query.clientId());
        ContractStatus status = query.status();
        put(filter, "status", status == null ? null : status.name());
        String email = query.clientEmail();
        if (email != null) {
            filter.append("client.emailKey", parties.emailKey(email));
        }
        return filter;
    }
}
