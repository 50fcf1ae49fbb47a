package io.nestcms.mongo;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import java.util.UUID;

/** One server and one client for all tests of a JVM; every test takes a database of its own. */
final class TestMongo {
    private static final MongoServer SERVER = new MongoServer(new MemoryBackend());
    private static final String URI = SERVER.bindAndGetConnectionString();
    private static final MongoClient CLIENT = MongoClients.create(URI);

    private TestMongo() {}

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
