package io.nestcms.resilience;

import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLNonTransientException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTimeoutException;
import java.sql.SQLTransactionRollbackException;
import java.sql.SQLTransientConnectionException;
import java.sql.SQLTransientException;
import org.jspecify.annotations.Nullable;

/** Judges the exceptions of JDBC. Loaded only where there are any, so that the module that defines them need not be there. */
final class SqlExceptions {
    /** The connection could not be made, and was refused: nothing was sent over it. */
    private static final String CANNOT_CONNECT = "08001";

    private static final String REFUSED = "08004";

    private SqlExceptions() {}

    /** {@code null} when it says nothing by itself. */
    static @Nullable Verdict judge(Throwable failure) {
        SQLException sql = (SQLException) failure;
        String state = sql.getSQLState() == null ? "" : sql.getSQLState();
        if (state.equals(CANNOT_CONNECT) || state.equals(REFUSED)) {
            return Verdict.failure(FailureClass.CONNECT).notSent();
        }
        if (sql instanceof SQLTimeoutException) {
            return Verdict.failure(FailureClass.TIMEOUT);
        }
        if (sql instanceof SQLTransientConnectionException
                || sql instanceof SQLNonTransientConnectionException
                || sql instanceof SQLRecoverableException
                || state.startsWith("08")) {
            return Verdict.failure(FailureClass.CONNECT);
        }
        if (sql instanceof SQLNonTransientException || sql instanceof SQLTransactionRollbackException) {
            // a constraint, a wrong statement, a lost race: the database works, it said no
            return Verdict.success();
        }
        return sql instanceof SQLTransientException ? Verdict.failure(FailureClass.SERVER_ERROR) : null;
    }
}
