package io.nestcms.mongo;

import io.nestcms.cms.project.ProjectStore;
import io.nestcms.cms.project.contract.ProjectStoreContract;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(RefusalCheck.class)
class MongoProjectStoreTest extends ProjectStoreContract {
    private final NestMongo mongo = NestMongo.using(TestMongo.client(), TestMongo.freshDatabase());

    @Override
    protected ProjectStore store() {
        return mongo.projects();
    }
}
