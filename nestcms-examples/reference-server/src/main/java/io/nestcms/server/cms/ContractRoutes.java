package io.nestcms.server.cms;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.nestcms.access.Permission;
import io.nestcms.cms.contract.Bill;
import io.nestcms.cms.contract.Contract;
import io.nestcms.cms.contract.ContractAction;
import io.nestcms.cms.contract.ContractId;
import io.nestcms.cms.contract.ContractQuery;
import io.nestcms.cms.contract.ContractResult;
import io.nestcms.cms.contract.ContractStatement;
import io.nestcms.cms.contract.ContractStatus;
import io.nestcms.cms.contract.ContractStore;
import io.nestcms.cms.contract.ContractTerms;
import io.nestcms.cms.contract.Contracts;
import io.nestcms.cms.contract.Instalment;
import io.nestcms.cms.contract.Party;
import io.nestcms.cms.contract.Worker;
import io.nestcms.money.Money;
import io.nestcms.payment.Payment;
import io.nestcms.payment.PaymentId;
import io.nestcms.payment.ProcessResult;
import io.nestcms.payment.service.Payments;
import io.nestcms.server.access.AuthRoutes;
import io.nestcms.server.http.Json;
import io.nestcms.server.http.Preconditions;
import io.nestcms.server.http.Problem;
import io.nestcms.server.http.Query;
import io.nestcms.server.http.StrictJson;
import java.time.LocalDate;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Contracts with what was paid of them. Clients see those that they are a party of, and accept or decline what was offered to them; any
 * other contract looks like none.
 */
final class ContractRoutes {
    private static final String MODEL = "contract";
    private static final int MOST_PARTS = 120;
    /** What the client decides. */
    private static final Set<ContractAction> CLIENTS = Set.of(ContractAction.ACCEPT, ContractAction.DECLINE);

    private final ContractStore store;
    private final Contracts contracts;
    private final Payments payments;
    private final AuthRoutes auth;

    ContractRoutes(ContractStore store, Contracts contracts, Payments payments, AuthRoutes auth) {
        this.store = store;
        this.contracts = contracts;
        this.payments = payments;
        this.auth = auth;
    }

    void register(RoutesConfig routes) {
        routes.post("/contracts", auth.protectAll(Permission.WRITE, MODEL, this::draft));
        routes.get("/contracts", auth.protect(Permission.READ, MODEL, this::list));
        routes.get("/contracts/{id}", auth.protect(Permission.READ, MODEL, this::find));
        routes.put("/contracts/{id}", auth.protectAll(Permission.MODIFY, MODEL, this::revise));
        routes.post("/contracts/{id}/actions", auth.protect(Permission.APPROVE, MODEL, this::act));
        routes.post("/contracts/{id}/instalments/{number}/pay", auth.protect(Permission.APPROVE, MODEL, this::pay));
    }

    private void draft(Context context) {
        Contract contract = contracts.draft(terms(StrictJson.object(context)));
        context.status(201).header("Location", "/contracts/" + contract.id());
        Shown.one(context, contract, Contract::version, ContractRoutes::json);
    }

    private static ContractTerms terms(StrictJson.Fields body) {
        String currency = body.text("currency");
        Money amount = Money.of(body.text("amount"), currency);
        String commission = body.optionalText("commission");
        ContractTerms terms = new ContractTerms(
                body.text("title"),
                party(body.object("client")),
                body.text("organisationId"),
                body.optionalText("projectId"),
                body.objects("workers", MOST_PARTS).stream()
                        .map(ContractRoutes::worker)
                        .toList(),
                amount,
                body.objects("instalments", MOST_PARTS).stream()
                        .map(instalment -> instalment(instalment, currency))
                        .toList(),
                commission == null ? 0 : hundredths("commission", commission));
        body.done();
        return terms;
    }

    private static Party party(StrictJson.Fields body) {
        Party party = new Party(
                body.text("id"),
                body.text("name"),
                body.text("email"),
                body.optionalText("phone"),
                body.optionalText("country"));
        body.done();
        return party;
    }

    private static Worker worker(StrictJson.Fields body) {
        Worker worker = new Worker(body.text("employeeId"), hundredths("workers.share", body.text("share")));
        body.done();
        return worker;
    }

    private static Instalment instalment(StrictJson.Fields body, String currency) {
        String dueOn = body.text("dueOn");
        Instalment instalment = new Instalment(
                Money.of(body.text("amount"), currency),
                Shown.parsed("instalments.dueOn", "a day as 2026-12-31", () -> LocalDate.parse(dueOn)));
        body.done();
        return instalment;
    }

    /** A percentage with up to two decimals, as hundredths of a percent. */
    private static int hundredths(String field, String percent) {
        if (!percent.matches("[0-9]{1,3}(\\.[0-9]{1,2})?")) {
            throw Problem.field(422, field, "has another form", "a percentage with at most two decimals, as a string")
                    .asException();
        }
        return new java.math.BigDecimal(percent).movePointRight(2).intValueExact();
    }

    private void list(Context context) {
        Query query = Query.of(context, "cursor", "limit", "status", "organisationId", "clientId", "clientEmail");
        int limit = Shown.limit(query);
        ContractQuery asked = ContractQuery.newest(limit)
                .ofOrganisation(query.text("organisationId"))
                .in(query.constant("status", ContractStatus.class))
                .ofClientEmail(query.text("clientEmail"))
                .after(Shown.cursor(query));
        String client = auth.mayAll(context, Permission.READ, MODEL)
                ? query.text("clientId")
                : AuthRoutes.caller(context).merchant();
        Shown.page(context, store.list(asked.ofClient(client)), limit, ContractRoutes::summary, Contract::position);
    }

    private ContractId own(Context context, Permission permission) {
        String given = context.pathParam("id");
        Optional<ContractId> id =
                given.matches("[A-Za-z0-9_-]{1,64}") ? Optional.of(new ContractId(given)) : Optional.empty();
        String caller = AuthRoutes.caller(context).merchant();
        return id.flatMap(store::find)
                .filter(contract -> auth.mayAll(context, permission, MODEL)
                        || (contract.status() != ContractStatus.DRAFT
                                && contract.terms().client().id().equals(caller)))
                .map(Contract::id)
                .orElseThrow(() -> Shown.nothing().asException());
    }

    private void find(Context context) {
        ContractStatement statement = store.statement(own(context, Permission.READ))
                .orElseThrow(() -> Shown.nothing().asException());
        Shown.one(context, statement, it -> it.contract().version(), ContractRoutes::json);
    }

    private void revise(Context context) {
        ContractId id = own(context, Permission.MODIFY);
        answer(context, contracts.revise(id, terms(StrictJson.object(context)), Preconditions.version(context)));
    }

    private void act(Context context) {
        ContractId id = own(context, Permission.APPROVE);
        StrictJson.Fields body = StrictJson.object(context);
        ContractAction action = Query.constantOf("action", body.text("action"), ContractAction.class);
        body.done();
        if (!CLIENTS.contains(action)) {
            auth.require(context, Permission.APPROVE, io.nestcms.access.Target.all(MODEL));
        }
        answer(context, contracts.act(id, action, Preconditions.version(context)));
    }

    /** Starts the payment that was made of an instalment when it fell due; repeatable, the page that is ready is given again. */
    private void pay(Context context) {
        ContractId id = own(context, Permission.APPROVE);
        String number = context.pathParam("number");
        Contract contract = store.find(id).orElseThrow(() -> Shown.nothing().asException());
        if (contract.status() != ContractStatus.ACTIVE) {
            throw Problem.of(
                            409,
                            "contract-not-active",
                            "This cannot be done now",
                            "the contract is " + contract.status())
                    .asException();
        }
        PaymentId payment = contract.bills().stream()
                .filter(bill -> Integer.toString(bill.instalment()).equals(number))
                .map(Bill::payment)
                .filter(Objects::nonNull)
                .findFirst()
                .orElseThrow(() -> Shown.nothing().asException());
        ProcessResult result = payments.process(payment);
        ObjectNode json = Shown.object().put("paymentId", payment.value());
        result.<Runnable>fold(
                        ready -> () -> started(context, json, 200, ready.payment())
                                .put("redirectUrl", ready.page().toString()),
                        settled -> () -> started(context, json, 200, settled.payment()),
                        unavailable -> () -> {
                            throw Problem.unavailable(
                                            "service-unavailable",
                                            "Service temporarily unavailable",
                                            "the payment gateway cannot be reached; nothing was charged: ask again",
                                            unavailable.retryAfter())
                                    .asException();
                        },
                        // nothing is sent again; the reconciler asks the gateway, and the contract tells when it knows
                        unknown -> () -> started(context, json, 202, unknown.payment()),
                        refused -> () -> {
                            throw Problem.of(
                                            409,
                                            "not-allowed",
                                            "This cannot be done now",
                                            "the payment's status does not allow it")
                                    .asException();
                        })
                .run();
        Json.answer(context, json);
    }

    private static ObjectNode started(Context context, ObjectNode json, int status, Payment payment) {
        context.status(status);
        return json.put("status", payment.status().name());
    }

    private static void answer(Context context, ContractResult result) {
        if (result instanceof ContractResult.Done done) {
            Shown.one(context, done.contract(), Contract::version, ContractRoutes::json);
        } else if (result instanceof ContractResult.Changed) {
            throw Shown.changed().asException();
        } else if (result instanceof ContractResult.Refused refused) {
            throw Problem.of(
                            409,
                            "move-not-legal",
                            "This cannot be done now",
                            "the contract is " + refused.status() + ": " + refused.rule())
                    .asException();
        } else {
            throw Shown.nothing().asException();
        }
    }

    private static ObjectNode summary(Contract contract) {
        ContractTerms terms = contract.terms();
        ObjectNode json = Shown.object()
                .put("id", contract.id().value())
                .put("title", terms.title())
                .put("status", contract.status().name())
                .put("organisationId", terms.organisationId());
        Shown.put(json, "projectId", terms.projectId());
        return json.put("clientId", terms.client().id())
                .put("amount", terms.amount().amountText())
                .put("currency", terms.amount().currencyCode())
                .put("createdAt", contract.createdAt().toString())
                .put("updatedAt", contract.updatedAt().toString())
                .put("version", contract.version());
    }

    private static ObjectNode json(Contract contract) {
        ObjectNode json = summary(contract);
        ContractTerms terms = contract.terms();
        Party client = terms.client();
        ObjectNode party = json.putObject("client")
                .put("id", client.id())
                .put("name", client.name())
                .put("email", client.email());
        Shown.put(party, "phone", client.phone());
        Shown.put(party, "country", client.country());
        ArrayNode workers = json.putArray("workers");
        terms.workers()
                .forEach(worker -> workers.addObject()
                        .put("employeeId", worker.employeeId())
                        .put("share", percent(worker.share())));
        json.put("commission", percent(terms.commission()));
        instalments(json.putArray("instalments"), contract);
        return json;
    }

    private static void instalments(ArrayNode list, Contract contract) {
        List<Instalment> instalments = contract.terms().instalments();
        for (int n = 1; n <= instalments.size(); n++) {
            Instalment instalment = instalments.get(n - 1);
            ObjectNode json = list.addObject()
                    .put("number", n)
                    .put("amount", instalment.amount().amountText())
                    .put("dueOn", instalment.dueOn().toString());
            int number = n;
            contract.bills().stream()
                    .filter(bill -> bill.instalment() == number)
                    .forEach(bill -> {
                        Shown.put(json, "paymentId", bill.payment());
                        Shown.put(json, "overdueAt", bill.overdueAt());
                        Shown.put(json, "paidAt", bill.paidAt());
                    });
        }
    }

    private static String percent(int hundredths) {
        return java.math.BigDecimal.valueOf(hundredths, 2).toPlainString();
    }

    private static ObjectNode json(ContractStatement statement) {
        ObjectNode json = json(statement.contract());
        json.put("paid", statement.paid().amountText());
        json.put("outstanding", statement.outstanding().amountText());
        json.put("instalmentsPaid", statement.instalmentsPaid());
        ArrayNode payments = json.putArray("payments");
        statement
                .payments()
                .forEach(line -> payments.addObject()
                        .put("id", line.id().value())
                        .put("status", line.status().name())
                        .put("taken", line.taken().amountText())
                        .put("refunded", line.refunded().amountText())
                        .put("currency", line.taken().currencyCode()));
        return json;
    }
}
