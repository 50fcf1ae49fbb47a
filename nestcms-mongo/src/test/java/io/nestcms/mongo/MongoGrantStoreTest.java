package io.nestcms.mongo;

import static org.assertj.core.api.Assertions.assertThat;

import io.nestcms.access.GrantStore;
import io.nestcms.access.contract.GrantStoreContract;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(RefusalCheck.class)
class MongoGrantStoreTest extends GrantStoreContract {
    private final String database = TestMongo.freshDatabase();
    private final NestMongo mongo = NestMongo.using(TestMongo.client(), database);

    @Override
    protected GrantStore store() {
        return mongo.grants();
    }

    @AfterEach
    void everyQuery_usedAnIndex() {
        assertThat(TestMongo.collectionScans(database)).isEmpty();
    }
}
