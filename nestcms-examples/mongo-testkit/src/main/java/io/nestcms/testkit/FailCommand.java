package io.nestcms.testkit;

import de.bwaldvogel.mongo.bson.Document;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * A fault that a member shows on chosen commands: an error, a lost connection, a delay. Immutable; each method returns a
 * changed copy. The same as the server's fail point "failCommand", with a connection that is lost after the command was
 * applied besides.
 *
 * @param commands the commands it meets
 * @param times how often; {@link Integer#MAX_VALUE} for ever
 * @param errorCode the error, 0 for none
 * @param labels error labels; none means those a server would give
 * @param connection what becomes of the connection
 * @param delay how long the command is held before anything else
 * @since 0.1
 */
public record FailCommand(
        Set<String> commands, int times, int errorCode, List<String> labels, Connection connection, Duration delay) {

    /** What becomes of the connection. */
    public enum Connection {
        /** It stays. */
        KEPT,
        /** It is lost and the command is not applied. */
        LOST_BEFORE,
        /** The command is applied, but the reply is lost. */
        LOST_AFTER
    }

    /** @see FailCommand */
    public FailCommand {
        commands = Set.copyOf(commands);
        labels = List.copyOf(labels);
        Objects.requireNonNull(connection, "connection");
        Objects.requireNonNull(delay, "delay");
        if (commands.isEmpty()) {
            throw new IllegalArgumentException("commands is empty: name those that are to fail");
        }
        if (times < 1) {
            throw new IllegalArgumentException("times " + times + " is less than 1");
        }
    }

    /** Meets the next one of these commands, and so far does nothing to it. */
    public static FailCommand of(String... commands) {
        return new FailCommand(Set.of(commands), 1, 0, List.of(), Connection.KEPT, Duration.ZERO);
    }

    /** Meets so many commands. */
    public FailCommand times(int count) {
        return new FailCommand(commands, count, errorCode, labels, connection, delay);
    }

    /** Answers with this error instead of applying the command. */
    public FailCommand error(int code) {
        return new FailCommand(commands, times, code, labels, connection, delay);
    }

    /** Loses the connection. */
    public FailCommand connection(Connection fate) {
        return new FailCommand(commands, times, errorCode, labels, fate, delay);
    }

    /** Holds the command first. */
    public FailCommand delay(Duration by) {
        return new FailCommand(commands, times, errorCode, labels, connection, by);
    }

    /** From the server's command {@code configureFailPoint}. */
    static FailCommand parse(Document command) {
        Document data = command.get("data") instanceof Document given ? given : new Document();
        List<String> named = new ArrayList<>();
        if (data.get("failCommands") instanceof Collection<?> all) {
            all.forEach(each -> named.add(String.valueOf(each)));
        }
        List<String> labels = new ArrayList<>();
        if (data.get("errorLabels") instanceof Collection<?> all) {
            all.forEach(each -> labels.add(String.valueOf(each)));
        }
        int times = command.get("mode") instanceof Document mode && mode.get("times") instanceof Number count
                ? count.intValue()
                : Integer.MAX_VALUE;
        return new FailCommand(
                Set.copyOf(named),
                times,
                data.get("errorCode") instanceof Number code ? code.intValue() : 0,
                labels,
                Boolean.TRUE.equals(data.get("closeConnection")) ? Connection.LOST_BEFORE : Connection.KEPT,
                Duration.ofMillis(data.get("blockTimeMS") instanceof Number millis ? millis.longValue() : 0));
    }
}
