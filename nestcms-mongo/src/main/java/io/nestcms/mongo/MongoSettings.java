package io.nestcms.mongo;

import com.mongodb.ConnectionString;
import io.nestcms.failure.InvalidInputException;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * Where the database is. {@link #toString()} and every refusal withhold user and password.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @since 0.1
 */
public final class MongoSettings {
    private static final Pattern DATABASE = Pattern.compile("[A-Za-z0-9_-]{1,38}");

    private final ConnectionString uri;
    private final String database;

    private MongoSettings(ConnectionString uri, String database) {
        this.uri = uri;
        this.database = database;
    }

    /**
     * Settings from a connection string and a database name.
     *
     * @param uri a {@code mongodb://} or {@code mongodb+srv://} connection string
     * @param database the database's name; 1 to 38 letters, digits, {@code -} or {@code _}
     * @return the settings
     * @throws InvalidInputException if either is of another form
     */
    public static MongoSettings of(String uri, String database) {
        Objects.requireNonNull(uri, "uri");
        Objects.requireNonNull(database, "database");
        if (!DATABASE.matcher(database).matches()) {
            throw new InvalidInputException("database", "has another form", "1 to 38 letters, digits, - or _");
        }
        try {
            return new MongoSettings(new ConnectionString(uri), database);
        } catch (IllegalArgumentException malformed) {
            // the driver's message may quote the string, and with it a password
            throw new InvalidInputException("uri", "is malformed", "mongodb://host:port/?options");
        }
    }

    ConnectionString uri() {
        return uri;
    }

    /**
     * The database's name.
     *
     * @return 1 to 38 letters, digits, {@code -} or {@code _}
     */
    public String database() {
        return database;
    }

    /**
     * Hosts and database; never credentials.
     *
     * @return for logs
     */
    @Override
    public String toString() {
        return "MongoSettings[" + uri.getHosts() + "/" + database + "]";
    }
}
