package io.nestcms.mongo;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.client.MongoCollection;
import io.nestcms.audit.AuditHead;
import io.nestcms.audit.AuditTrail;
import io.nestcms.audit.AuditVerification.Broken;
import io.nestcms.audit.AuditVerification.Intact;
import io.nestcms.audit.contract.AuditTrailContract;
import io.nestcms.crypto.NamedKey;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(RefusalCheck.class)
class MongoAuditTrailTest extends AuditTrailContract {
    private final String database = TestMongo.freshDatabase();
    private final AuditTrail trail =
            NestMongo.using(TestMongo.client(), database).auditTrail(NamedKey.of("audit", new byte[32]));

    @Override
    protected AuditTrail trail() {
        return trail;
    }

    private MongoCollection<Document> documents() {
        return TestMongo.client().getDatabase(database).getCollection("audit");
    }

    private AuditHead threeDeeds() {
        trail.append(deed(1));
        trail.append(deed(2));
        return trail.append(deed(3)).head();
    }

    @Test
    void verify_changedInTheDatabase_isFound() {
        AuditHead head = threeDeeds();
        assertThat(trail.verify(head)).isEqualTo(new Intact(head));

        documents().updateOne(new Document("_id", 2L), Document.parse("{$set: {actor: 'nobody'}}"));

        assertThat(trail.verify(AuditHead.NONE)).isEqualTo(new Broken(2, "was changed"));
    }

    @Test
    void verify_removedFromTheMiddle_isFound() {
        threeDeeds();

        documents().deleteOne(new Document("_id", 2L));

        assertThat(trail.verify(AuditHead.NONE)).isEqualTo(new Broken(2, "followed by 3"));
    }

    @Test
    void verify_cutOffTheEnd_isFoundAgainstTheKnownEnd() {
        AuditHead head = threeDeeds();

        documents().deleteOne(new Document("_id", 3L));

        assertThat(trail.verify(head)).isEqualTo(new Broken(3, "the trail ends before 3"));
    }
}
