package io.nestcms.mongo;

import static org.assertj.core.api.Assertions.assertThat;

import io.nestcms.cms.user.StoredUser;
import io.nestcms.cms.user.User;
import io.nestcms.cms.user.UserStore;
import io.nestcms.cms.user.UserStore.Saved;
import io.nestcms.cms.user.contract.UserStoreContract;
import io.nestcms.crypto.FieldCipher;
import io.nestcms.crypto.NamedKey;
import java.util.Base64;
import java.util.List;
import org.bson.Document;
import org.bson.types.Binary;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The contract with a cipher, and what the database then holds. */
@ExtendWith(RefusalCheck.class)
class SealedUsersTest extends UserStoreContract {
    private final String database = TestMongo.freshDatabase();
    private final NestMongo mongo = NestMongo.builder(TestMongo.client(), database)
            .fieldCipher(FieldCipher.builder(key("k1", 1), key("lookup", 2)).build())
            .build();

    private static NamedKey key(String id, int filler) {
        byte[] bytes = new byte[32];
        java.util.Arrays.fill(bytes, (byte) filler);
        return NamedKey.parse(id + ":" + Base64.getEncoder().encodeToString(bytes));
    }

    @Override
    protected UserStore store() {
        return mongo.users();
    }

    @Test
    void insert_nothingPersonalIsClear() {
        store().insert(user("u-1", "sara", "sara@example.com"), List.of());
        Document document = TestMongo.client()
                .getDatabase(database)
                .getCollection("users")
                .find()
                .first();
        assertThat(document).isNotNull();
        for (String field : new String[] {"username", "email", "name", "phone", "usernameKey", "emailKey"}) {
            assertThat(document.get(field)).as(field).isInstanceOf(Binary.class);
        }
        assertThat(document.toJson()).doesNotContain("sara").doesNotContain("96522280000");
    }

    @Test
    void clearUser_fromBefore_isFound_keepsItsNameAndAddress_andIsSealedByItsNextWrite() {
        NestMongo clear = NestMongo.using(TestMongo.client(), database);
        StoredUser sara = user("u-1", "sara", "sara@example.com");
        clear.users().insert(sara, List.of());

        assertThat(store().find("u-1")).contains(sara);
        assertThat(store().findByUsername("sara")).contains(sara);
        assertThat(store().insert(user("u-2", "Sara", "other@example.com"), List.of()))
                .isEqualTo(Saved.USERNAME_TAKEN);
        assertThat(store().insert(user("u-2", "other", "Sara@example.com"), List.of()))
                .isEqualTo(Saved.EMAIL_TAKEN);
        User user = sara.user();
        User next = new User(
                user.id(),
                user.username(),
                user.email(),
                null,
                user.name(),
                user.roles(),
                user.status(),
                user.createdAt(),
                user.updatedAt(),
                2);
        assertThat(store().replace(new StoredUser(next, sara.passwordHash(), null), List.of()))
                .isEqualTo(Saved.DONE);
        assertThat(TestMongo.client()
                        .getDatabase(database)
                        .getCollection("users")
                        .find()
                        .first()
                        .get("email"))
                .isInstanceOf(Binary.class);
    }

    @AfterEach
    void everyQuery_usedAnIndex() {
        assertThat(TestMongo.collectionScans(database)).isEmpty();
    }
}
