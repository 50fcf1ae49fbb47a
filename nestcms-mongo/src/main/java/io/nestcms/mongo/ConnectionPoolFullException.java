package io.nestcms.mongo;

/**
 * All connections of this process to a server were in use until the time to wait for one was over. Nothing was sent: neither read nor
 * written. The server is not to blame, so no circuit opens: raise {@link MongoSettings.Builder#maxPoolSize}, or call less at
 * once.
 *
 * @since 0.1
 */
public final class ConnectionPoolFullException extends DatabaseUnavailableException {
    private static final long serialVersionUID = 1L;

    ConnectionPoolFullException(String without, Throwable cause) {
        super(
                without + ": the connection pool is full, all connections were in use until the time to wait was over",
                cause);
    }
}
