package io.nestcms.mongo;

import static org.assertj.core.api.Assertions.assertThat;

import io.nestcms.cms.user.UserStore;
import io.nestcms.cms.user.contract.UserStoreContract;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(RefusalCheck.class)
class MongoUserStoreTest extends UserStoreContract {
    private final String database = TestMongo.freshDatabase();
    private final NestMongo mongo = NestMongo.using(TestMongo.client(), database);

    @Override
    protected UserStore store() {
        return mongo.users();
    }

    @AfterEach
    void everyQuery_usedAnIndex() {
        assertThat(TestMongo.collectionScans(database)).isEmpty();
    }
}
