package io.nestcms.mongo;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import io.nestcms.testkit.EmbeddedMongo;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One server and one client for all tests of a JVM; every test takes a database of its own. A real deployment can be given
 * by the environment variable {@code NESTCMS_TEST_MONGODB_URI}.
 */
final class TestMongo {
    private static final Optional<String> REAL = Optional.ofNullable(System.getenv("NESTCMS_TEST_MONGODB_URI"));
    private static final Optional<EmbeddedMongo> EMBEDDED = REAL.isPresent()
            ? Optional.empty()
            : Optional.of(EmbeddedMongo.builder().start());
    private static final String URI =
            REAL.orElseGet(() -> EMBEDDED.orElseThrow().uri());
    private static final MongoClient CLIENT = MongoClients.create(URI);

    private static final AtomicInteger told = new AtomicInteger();

    private TestMongo() {}

    /** What the embedded node refused to ignore since this was asked last; also where the error was swallowed. */
    static List<String> newRefusals() {
        List<String> all = EMBEDDED.map(EmbeddedMongo::refusals).orElse(List.of());
        return all.subList(told.getAndSet(all.size()), all.size());
    }

    /** The queries that read a whole collection of a database; none from a real deployment. */
    static List<String> collectionScans(String database) {
        return EMBEDDED.map(EmbeddedMongo::collectionScans).orElse(Set.of()).stream()
                .filter(scan -> scan.startsWith(database + "."))
                .toList();
    }

    static MongoClient client() {
        return CLIENT;
    }

    static String uri() {
        return URI;
    }

    static String freshDatabase() {
        return "t" + UUID.randomUUID().toString().replace("-", "").substring(0, 20);
    }
}
