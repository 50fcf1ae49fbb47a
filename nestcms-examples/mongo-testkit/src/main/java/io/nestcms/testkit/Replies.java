package io.nestcms.testkit;

import de.bwaldvogel.mongo.bson.BinData;
import de.bwaldvogel.mongo.bson.BsonTimestamp;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.exception.MongoServerError;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The parts of replies that a member of a replica set adds to what its engine says. */
final class Replies {
    static final Set<String> WRITES = Set.of("insert", "update", "delete", "findAndModify", "findandmodify");
    static final Set<String> DEFINITIONS = Set.of("create", "createIndexes", "drop", "dropIndexes", "dropDatabase");
    static final Set<String> SESSION_COMMANDS = Set.of("endSessions", "refreshSessions", "killSessions");
    private static final Logger log = LoggerFactory.getLogger(Replies.class);
    private static final int WIRE_VERSION = 21;

    private Replies() {}

    static boolean isHello(String command) {
        return command.equalsIgnoreCase("hello") || command.equalsIgnoreCase("ismaster");
    }

    /** The spelling that the guard and the engine know. */
    static String canonical(String command) {
        return switch (command) {
            case "buildinfo" -> "buildInfo";
            case "listdatabases" -> "listDatabases";
            default -> command;
        };
    }

    static Document ok() {
        return new Document("ok", 1.0);
    }

    static Document error(int code, @Nullable String name, String message) {
        Document error = new Document("ok", 0.0).append("errmsg", message).append("code", code);
        if (name != null) {
            error.append("codeName", name);
        }
        return error;
    }

    /**
     * The error of a command that failed after it had changed something. It is kept as the reply to a retry: run again, the
     * command would change it twice.
     */
    static Document halfDone(RuntimeException failure) {
        log.error("a command failed in the engine after it had changed something", failure);
        return failure instanceof MongoServerError error
                ? error(error.getCode(), error.getCodeName(), error.getMessageWithoutErrorCode())
                : error(8, "UnknownError", "the command failed after it had changed something: " + failure);
    }

    /** What every member says of itself, whatever its role. */
    static Document hello(String setName, List<String> hosts, String me, Instant now) {
        return new Document("helloOk", true)
                .append("setName", setName)
                .append("setVersion", 1)
                .append("hosts", hosts)
                .append("me", me)
                .append("maxBsonObjectSize", 16 << 20)
                .append("maxMessageSizeBytes", 48_000_000)
                .append("maxWriteBatchSize", 100_000)
                .append("localTime", now)
                .append("logicalSessionTimeoutMinutes", 30)
                .append("minWireVersion", 0)
                .append("maxWireVersion", WIRE_VERSION)
                .append("readOnly", false)
                .append("ok", 1.0);
    }

    static Document lastWrite(BsonTimestamp at, long term, Instant date) {
        Document opTime = new Document("ts", at).append("t", term);
        return new Document("opTime", opTime).append("lastWriteDate", date);
    }

    /** The times that causally consistent sessions carry on. */
    static Document stamped(Document reply, BsonTimestamp operation, BsonTimestamp cluster) {
        Document signature = new Document("hash", new BinData(new byte[20])).append("keyId", 0L);
        return reply.append("operationTime", operation)
                .append("$clusterTime", new Document("clusterTime", cluster).append("signature", signature));
    }

    /** A command as it can be run again elsewhere: without session, concerns and times. */
    static Document withoutTransport(Document command) {
        Document bare = command.cloneDeeply();
        List.of("$db", "lsid", "$clusterTime", "txnNumber", "readConcern", "writeConcern", "$readPreference")
                .forEach(bare::remove);
        return bare;
    }
}
