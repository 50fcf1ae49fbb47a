package io.nestcms.mongo;

import io.nestcms.cms.contract.Contract;
import io.nestcms.cms.earning.Turnover;
import io.nestcms.cms.earning.TurnoverStore;
import io.nestcms.money.Money;
import io.nestcms.payment.PaymentStatus;
import io.nestcms.payment.TransactionKind;
import java.time.Duration;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.Currency;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bson.Document;

/**
 * Turnover in one pipeline: the server adds up the moves by contract, month and currency, exactly since they are Decimal128,
 * and joins the contracts. Only sums leave it, however many payments there are.
 */
final class MongoTurnover implements TurnoverStore {
    static final List<IndexSpec> PAYMENT_INDEXES = List.of(
            // turnover
            IndexSpec.sparse("moved_in", new Document("moves.month", 1)));

    private record Key(YearMonth month, Currency currency) {}

    private final Aggregations aggregations;
    private final Duration keptFor;

    MongoTurnover(Aggregations aggregations, Duration keptFor) {
        this.aggregations = aggregations;
        this.keptFor = keptFor;
    }

    /** A month as it is stored with a move: 202611. */
    static int month(YearMonth month) {
        return month.getYear() * 100 + month.getMonthValue();
    }

    @Override
    public List<Turnover> turnover(YearMonth from, YearMonth to) {
        Aggregation<Turnover> asked = aggregations.turnover(from, to).orStale();
        return aggregations.run(keptFor.isZero() ? asked : asked.keptFor(keptFor));
    }

    static Aggregation<Turnover> aggregation(ContractDocuments contracts, YearMonth from, YearMonth to) {
        return Aggregation.ofMany(
                        "turnover", PaymentDocuments.COLLECTION, pipeline(from, to), row -> turnover(contracts, row))
                .tagged(Aggregation.MONEY, Aggregation.CONTRACTS);
    }

    static List<Document> pipeline(YearMonth from, YearMonth to) {
        Document months = new Document("$gte", month(from)).append("$lte", month(to));
        return List.of(
                new Document(
                        "$match",
                        new Document("moves.month", months)
                                .append("order.contractId", new Document("$exists", true))
                                // the first format kept what was voided among the moves
                                .append(
                                        "$or",
                                        List.of(
                                                new Document("v", new Document("$gt", 1)),
                                                new Document(
                                                        "status", new Document("$ne", PaymentStatus.VOIDED.name()))))),
                new Document("$unwind", "$moves"),
                new Document(
                        "$match",
                        new Document("moves.month", months)
                                .append(
                                        "moves.kind",
                                        new Document(
                                                "$in",
                                                List.of(
                                                        TransactionKind.SALE.name(),
                                                        // in the first format only
                                                        TransactionKind.PAYMENT_REQUEST.name(),
                                                        TransactionKind.CAPTURE.name(),
                                                        TransactionKind.REFUND.name())))),
                new Document(
                        "$group",
                        new Document(
                                        "_id",
                                        new Document("contract", "$order.contractId")
                                                .append("month", "$moves.month")
                                                .append("currency", "$moves.amount.currency")
                                                .append("kind", "$moves.kind"))
                                .append("amount", new Document("$sum", "$moves.amount.amount"))),
                new Document(
                        "$group",
                        new Document(
                                        "_id",
                                        new Document("contract", "$_id.contract").append("currency", "$_id.currency"))
                                .append(
                                        "sums",
                                        new Document(
                                                "$push",
                                                new Document("month", "$_id.month")
                                                        .append("kind", "$_id.kind")
                                                        .append("amount", "$amount")))),
                new Document(
                        "$lookup",
                        new Document("from", ContractDocuments.COLLECTION)
                                .append("localField", "_id.contract")
                                .append("foreignField", "_id")
                                .append("as", "contract")),
                // events that wait would be sent for nothing
                new Document(
                        "$project",
                        new Document("contract." + NoticeDocuments.EVENTS, 0)
                                .append("contract." + NoticeDocuments.BURIED, 0)));
    }

    private static List<Turnover> turnover(ContractDocuments contracts, Document perContract) {
        List<Document> found = perContract.getList("contract", Document.class);
        if (found.isEmpty()) {
            return List.of();
        }
        Contract contract = contracts.contract(found.get(0));
        Map<Key, Turnover> sums = new HashMap<>();
        Stored stored = Stored.ofResult(perContract, "turnover");
        Currency currency = stored.sub("_id").currency("currency");
        stored.list("sums", sum -> add(contract, currency, sum, sums));
        return new ArrayList<>(sums.values());
    }

    private static Turnover add(Contract contract, Currency currency, Stored sum, Map<Key, Turnover> sums) {
        int number = sum.integer("month");
        YearMonth month = YearMonth.of(number / 100, number % 100);
        Money money = sum.sum("amount", currency);
        Money zero = Money.zero(money.currency());
        boolean back = sum.constant("kind", TransactionKind.class) == TransactionKind.REFUND;
        Turnover one = new Turnover(contract, month, back ? zero : money, back ? money : zero);
        sums.merge(
                new Key(month, money.currency()),
                one,
                (a, b) -> new Turnover(
                        contract, month, a.taken().plus(b.taken()), a.refunded().plus(b.refunded())));
        return one;
    }
}
