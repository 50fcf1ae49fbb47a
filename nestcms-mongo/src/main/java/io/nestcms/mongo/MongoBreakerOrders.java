package io.nestcms.mongo;

import static com.mongodb.client.model.Filters.and;
import static com.mongodb.client.model.Filters.eq;

import com.mongodb.MongoWriteException;
import com.mongodb.client.MongoCollection;
import io.nestcms.resilience.BreakerOrder;
import io.nestcms.resilience.BreakerOrder.Command;
import io.nestcms.resilience.BreakerOrders;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.bson.Document;

/**
 * The standing orders, a document for each name. An order takes the place of the one that it has read and of no other: of two
 * that are given at once, one is refused and takes the number after.
 */
final class MongoBreakerOrders implements BreakerOrders {
    static final String COLLECTION = "breakerOrders";
    private static final Format FORMAT = Format.first(COLLECTION);

    private final MongoCollection<Document> orders;
    private final Calls calls;

    MongoBreakerOrders(MongoCollection<Document> orders, Calls calls) {
        this.orders = orders;
        this.calls = calls;
    }

    @Override
    public BreakerOrder give(String breaker, Command command, String by, Instant at) {
        return calls.write("an order to breaker " + breaker, () -> {
            while (true) {
                Document last = orders.find(eq("_id", breaker)).first();
                long number = last == null ? 0 : order(last).number();
                BreakerOrder order = new BreakerOrder(breaker, command, by, at, number + 1);
                if (last == null ? inserted(order) : replaced(order)) {
                    return order;
                }
                // somebody else was faster; each round lets at least one through
            }
        });
    }

    private boolean inserted(BreakerOrder order) {
        try {
            orders.insertOne(fields(order).append("_id", order.breaker()));
            return true;
        } catch (MongoWriteException refused) {
            if (Calls.isDuplicate(refused)) {
                return false;
            }
            throw refused;
        }
    }

    private boolean replaced(BreakerOrder order) {
        return orders.updateOne(
                                and(eq("_id", order.breaker()), eq("number", order.number() - 1)),
                                new Document("$set", fields(order)))
                        .getMatchedCount()
                == 1;
    }

    private static Document fields(BreakerOrder order) {
        return new Document("v", FORMAT.version())
                .append("command", order.command().name())
                .append("by", order.by())
                .append("at", Times.nanos(order.at()))
                .append("number", order.number());
    }

    @Override
    public List<BreakerOrder> standing() {
        // one for each breaker of the application: few
        return calls.read(
                "the orders to the breakers",
                () -> orders.find().map(MongoBreakerOrders::order).into(new ArrayList<>()));
    }

    private static BreakerOrder order(Document document) {
        Stored stored = FORMAT.read(document);
        return new BreakerOrder(
                stored.text("_id"),
                stored.constant("command", Command.class),
                stored.text("by"),
                stored.time("at"),
                stored.number("number"));
    }
}
