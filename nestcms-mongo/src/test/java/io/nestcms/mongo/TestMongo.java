package io.nestcms.mongo;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import io.nestcms.testkit.EmbeddedMongo;
import java.util.UUID;

/**
 * One server and one client for all tests of a JVM; every test takes a database of its own. A real deployment can be given
 * by the environment variable {@code NESTCMS_TEST_MONGODB_URI}.
 */
final class TestMongo {
    private static final String URI = uriOrEmbedded();
    private static final MongoClient CLIENT = MongoClients.create(URI);

    private TestMongo() {}

    private static String uriOrEmbedded() {
        String real = System.getenv("NESTCMS_TEST_MONGODB_URI");
        return real == null ? EmbeddedMongo.builder().port(0).start().uri() : real;
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
