package io.nestcms.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nestcms.failure.InvalidInputException;
import java.security.SecureRandom;
import java.util.List;
import org.junit.jupiter.api.Test;

class PasswordHasherTest {
    private static final SecureRandom RANDOM = new SecureRandom();
    private final PasswordHasher hasher = PasswordHasher.of(64, 2, 1, RANDOM);
    private final PasswordRules rules = PasswordRules.standard();

    @Test
    void hash_onlyTheRightPasswordMatches() {
        String kept = hasher.hash("correct horse");
        assertThat(kept).startsWith("$argon2id$v=19$m=64,t=2,p=1$").isNotEqualTo(hasher.hash("correct horse"));
        assertThat(hasher.matches("correct horse", kept)).isTrue();
        assertThat(hasher.matches("correct hors", kept)).isFalse();
        assertThat(hasher.matches("", kept)).isFalse();
    }

    @Test
    void hash_typedInAnotherForm_isTheSame_andHalfACharacterIsNone() {
        String kept = hasher.hash("Åsa ﬁnds 🌍");
        assertThat(hasher.matches("A\u030asa finds 🌍", kept)).isTrue();
        assertThat(hasher.matches("Åsa finds ?", kept)).isFalse();
        assertThat(hasher.matches("Åsa finds \ud83c", hasher.hash("Åsa finds ?")))
                .isFalse();
        assertThatThrownBy(() -> hasher.hash("\ud83c")).isInstanceOf(InvalidInputException.class);
    }

    /** From the reference implementation's own tests (argon2 of P-H-C, test.c). */
    @Test
    void matches_whatTheReferenceImplementationMade() {
        assertThat(hasher.matches(
                        "password",
                        "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"))
                .isTrue();
    }

    @Test
    void outdated_whatIsWeaker_orOfAnotherForm() {
        String kept = hasher.hash("correct horse");
        assertThat(hasher.isOutdated(kept)).isFalse();
        assertThat(PasswordHasher.of(32, 1, 1, RANDOM).isOutdated(kept)).isFalse();
        assertThat(PasswordHasher.of(65, 2, 1, RANDOM).isOutdated(kept)).isTrue();
        assertThat(PasswordHasher.of(64, 3, 1, RANDOM).isOutdated(kept)).isTrue();
        assertThat(PasswordHasher.of(65, 2, 1, RANDOM).matches("correct horse", kept))
                .isTrue();
        assertThat(hasher.isOutdated("{MD5}abc")).isTrue();
    }

    @Test
    void matches_whatIsNoHash_orWouldTakeAllMemory_isNone() {
        String kept = hasher.hash("correct horse");
        for (String wrong : List.of(
                "",
                "correct horse",
                kept.replace("argon2id", "argon2d"),
                kept.replace("v=19", "v=16"),
                kept.replace("m=64", "m=9999999"),
                kept.replace("m=64", "m=1"),
                kept.replace("t=2", "t=0"),
                kept.replace("p=1", "p=99"))) {
            assertThat(hasher.matches("correct horse", wrong)).as(wrong).isFalse();
        }
    }

    @Test
    void rules_commonShortAndOwnOnes_areRefused() {
        assertThat(PasswordRules.class.getResourceAsStream("common-passwords.txt"))
                .isNotNull();
        for (String bad : List.of(
                "short",
                "password",
                "PASSWORD1",
                "iloveyou",
                "x".repeat(129),
                "half a \ud83c one",
                "nul\0in the middle",
                "my-sara.b-2026")) {
            assertThatThrownBy(() -> rules.check(bad, List.of("sara.b", "s@example.com")))
                    .as(bad)
                    .isInstanceOfSatisfying(InvalidInputException.class, refused -> {
                        assertThat(refused.field()).isEqualTo("password");
                        assertThat(refused.problem() + refused.rule()).doesNotContain(bad);
                    });
        }
        rules.check("كلمة سر طويلة", List.of("sara.b"));
        rules.check("eight🌍🌍🌍", List.of("sara.b"));
    }
}
