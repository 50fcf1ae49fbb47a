package io.nestcms.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nestcms.access.SessionStore;
import io.nestcms.access.contract.SessionStoreContract;
import io.nestcms.failure.InvalidInputException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(RefusalCheck.class)
class MongoSessionStoreTest extends SessionStoreContract {
    private final String database = TestMongo.freshDatabase();
    private final NestMongo mongo = NestMongo.using(TestMongo.client(), database);
    private final SessionStore store = mongo.sessions(SESSIONS_OF_USER);

    @Override
    protected SessionStore store() {
        return store;
    }

    @Test
    void sessions_noneOfAUser_isRefused() {
        assertThatThrownBy(() -> mongo.sessions(0)).isInstanceOf(InvalidInputException.class);
    }

    @AfterEach
    void everyQuery_usedAnIndex() {
        assertThat(TestMongo.collectionScans(database)).isEmpty();
    }
}
