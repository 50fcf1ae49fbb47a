package io.nestcms.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.nestcms.access.contract.SessionStoreContract;
import io.nestcms.failure.InvalidInputException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class InMemorySessionStoreTest extends SessionStoreContract {
    private static final Instant NOW = Instant.parse("2026-11-30T10:00:00Z");

    private final SessionStore store = InMemorySessionStore.create(SESSIONS_OF_USER, 2);

    @Override
    protected SessionStore store() {
        return store;
    }

    @Test
    void open_oneUserTooMany_signsOutTheOneUnusedForLongest() {
        SecureRandom random = new SecureRandom();
        for (String user : new String[] {"u1", "u2", "u3"}) {
            SessionId id = new SessionId(user, "a");
            store.find(new SessionId("u1", "a"), NOW);
            Session session = Session.begin(id, NOW, Session.Limits.standard(), "", "");
            store.open(session, RefreshToken.first(id, random), NOW);
        }
        assertThat(store.find(new SessionId("u1", "a"), NOW)).isPresent();
        assertThat(store.find(new SessionId("u2", "a"), NOW)).isEmpty();
        assertThat(store.find(new SessionId("u3", "a"), NOW)).isPresent();
    }

    @Test
    void token_textIsReadBack_andShowsNoSecret() {
        RefreshToken token = RefreshToken.first(new SessionId("u.1@x:y", "s-1_"), new SecureRandom());
        RefreshToken read = RefreshToken.parse(token.text()).orElseThrow();

        assertThat(read.session()).isEqualTo(token.session());
        assertThat(read.hash()).isEqualTo(token.hash()).isNotEqualTo(token.familyHash());
        assertThat(read.familyHash()).isEqualTo(token.familyHash());
        assertThat(token.toString())
                .doesNotContain(token.text().split("~")[2])
                .doesNotContain(token.text().split("~")[3])
                .doesNotContain(token.hash());
        for (String wrong : new String[] {
            "",
            "a~b~c~d",
            token.text() + "x",
            token.text().substring(1).replace("~s-1_", "~"),
            "é" + token.text(),
            "x".repeat(10_000)
        }) {
            assertThat(RefreshToken.parse(wrong)).as(wrong).isEmpty();
        }
    }

    @Test
    void session_badValues_areRefused_andTextIsCutBetweenCharacters() {
        SessionId id = new SessionId("u", "s");
        Session.Limits limits = Session.Limits.standard();
        assertThat(Session.begin(id, NOW, limits, "a".repeat(63) + "🌍", "").address())
                .isEqualTo("a".repeat(63));
        assertThat(Session.begin(id, NOW, limits, "", "b".repeat(300)).userAgent())
                .hasSize(256);

        assertThatExceptionOfType(InvalidInputException.class).isThrownBy(() -> new SessionId("", "s"));
        assertThatExceptionOfType(InvalidInputException.class).isThrownBy(() -> new SessionId("u~", "s"));
        assertThatExceptionOfType(InvalidInputException.class).isThrownBy(() -> new SessionId("u", "s.1"));
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> new Session.Limits(Duration.ofMillis(999), Duration.ofDays(1)));
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> new Session.Limits(Duration.ofDays(2), Duration.ofDays(1)));
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> new Session(id, NOW, NOW, Duration.ofHours(1), NOW, "", "", 0));
        assertThatExceptionOfType(InvalidInputException.class).isThrownBy(() -> InMemorySessionStore.create(0, 1));
        assertThatExceptionOfType(InvalidInputException.class).isThrownBy(() -> InMemorySessionStore.create(1, 0));
    }
}
