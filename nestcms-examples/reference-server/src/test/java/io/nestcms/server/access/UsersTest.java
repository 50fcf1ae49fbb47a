package io.nestcms.server.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.util.Map;
import org.junit.jupiter.api.Test;

class UsersTest {
    @Test
    void users_onlyTheRightPairIsGenuine() {
        Users users = new Users(Map.of("demo", "secret word"), new SecureRandom());
        assertThat(users.isGenuine("demo", "secret word")).isTrue();
        assertThat(users.isGenuine("demo", "secret wore")).isFalse();
        assertThat(users.isGenuine("demi", "secret word")).isFalse();
        assertThat(users.isGenuine("demo", "x".repeat(300))).isFalse();
    }
}
