package io.nestcms.server.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import io.nestcms.access.Role;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

class AccessTokensTest {
    private static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");
    private static final Duration LIFE = Duration.ofMinutes(15);
    private static final Set<Role> ROLES = Set.of(Role.CLIENT, Role.ADMIN);

    private static SecretKey secret(int filler) {
        byte[] bytes = new byte[32];
        java.util.Arrays.fill(bytes, (byte) filler);
        return new SecretKeySpec(bytes, SigningKeys.MAC);
    }

    private static SigningKeys keys(Instant now, int secret) {
        return new SigningKeys(secret(secret), Clock.fixed(now, ZoneOffset.UTC), LIFE);
    }

    private static AccessTokens at(Instant now, int secret) {
        return new AccessTokens(keys(now, secret), Clock.fixed(now, ZoneOffset.UTC), LIFE);
    }

    private static String issued() {
        return at(NOW, 1).issue("merchant", ROLES, "s-1");
    }

    @Test
    void read_ownToken_onAnyNode_namesTheCaller() {
        assertThat(at(NOW, 1).read(issued())).contains(new Caller("merchant", NOW.plus(LIFE), ROLES, "s-1"));
    }

    @Test
    void read_expired_isNoToken() {
        assertThat(at(NOW.plus(LIFE).minusSeconds(1), 1).read(issued())).isPresent();
        assertThat(at(NOW.plus(LIFE), 1).read(issued())).isEmpty();
    }

    @Test
    void read_anotherSecret_isNoToken() {
        assertThat(at(NOW, 2).read(issued())).isEmpty();
    }

    @Test
    void keys_change_andOldOnesStayForAsLongAsATokenMay() {
        Instant later = NOW.plus(Duration.ofDays(30));
        String first = keys(NOW, 1).current().getKeyID();
        assertThat(keys(later, 1).current().getKeyID()).isNotEqualTo(first);
        assertThat(keys(later, 1).find(first)).isPresent();
        assertThat(keys(later.plus(Duration.ofDays(30)), 1).find(first)).isEmpty();
        // a node whose clock is behind knows the next one already
        assertThat(keys(NOW, 1).find(keys(later, 1).current().getKeyID())).isPresent();
    }

    @Test
    void published_nothingSecret_andGoodForCheckingATokenElsewhere() throws Exception {
        String published = keys(NOW, 1).published().toString();
        assertThat(published)
                .contains("\"kty\":\"EC\"")
                .contains("\"alg\":\"ES256\"")
                .doesNotContain("\"d\"");
        JWSObject token = JWSObject.parse(issued());
        ECKey key =
                (ECKey) keys(NOW, 1).published().getKeyByKeyId(token.getHeader().getKeyID());
        assertThat(token.verify(new com.nimbusds.jose.crypto.ECDSAVerifier(key)))
                .isTrue();
    }

    private static String signed(JWSHeader header, String payload, JWSSigner signer) throws Exception {
        JWSObject token = new JWSObject(header, new Payload(payload));
        token.sign(signer);
        return token.serialize();
    }

    @Test
    void read_noneAndOtherAlgorithmsAndForeignKeys_areNoTokens() throws Exception {
        String token = issued();
        String payload = new String(Base64.getUrlDecoder().decode(token.split("\\.")[1]), StandardCharsets.UTF_8);
        ECKey own = keys(NOW, 1).current();
        String kid = own.getKeyID();
        ECKey foreign = new ECKeyGenerator(Curve.P_256).keyID(kid).generate();
        String none = Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(("{\"alg\":\"none\",\"kid\":\"" + kid + "\",\"typ\":\"at+jwt\"}")
                        .getBytes(StandardCharsets.UTF_8));
        com.nimbusds.jose.JOSEObjectType type = new com.nimbusds.jose.JOSEObjectType("at+jwt");
        byte[] publicBytes = own.toPublicJWK().toJSONString().getBytes(StandardCharsets.UTF_8);
        for (String forged : List.of(
                "",
                "a.b.c",
                none + "." + token.split("\\.")[1] + ".",
                none + token.substring(token.indexOf('.')),
                // the public key taken for the secret of an HMAC
                signed(
                        new JWSHeader.Builder(JWSAlgorithm.HS256)
                                .keyID(kid)
                                .type(type)
                                .build(),
                        payload,
                        new MACSigner(publicBytes)),
                signed(
                        new JWSHeader.Builder(JWSAlgorithm.HS256)
                                .keyID(kid)
                                .type(type)
                                .build(),
                        payload,
                        new MACSigner(secret(1).getEncoded())),
                // a key that the token brings along
                signed(
                        new JWSHeader.Builder(JWSAlgorithm.ES256)
                                .keyID(kid)
                                .type(type)
                                .jwk(foreign.toPublicJWK())
                                .build(),
                        payload,
                        new ECDSASigner(foreign)),
                signed(
                        new JWSHeader.Builder(JWSAlgorithm.ES256)
                                .keyID("../../dev/null")
                                .type(type)
                                .build(),
                        payload,
                        new ECDSASigner(own)),
                // another kind of token of the same key
                signed(new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(kid).build(), payload, new ECDSASigner(own)),
                signed(
                        new JWSHeader.Builder(JWSAlgorithm.ES256)
                                .keyID(kid)
                                .type(type)
                                .build(),
                        payload.replace("nestcms-payments", "somebody-else"),
                        new ECDSASigner(own)),
                signed(
                        new JWSHeader.Builder(JWSAlgorithm.ES256)
                                .keyID(kid)
                                .type(type)
                                .build(),
                        payload.replace("\"CLIENT\"", "\"EMPEROR\""),
                        new ECDSASigner(own)),
                signed(
                        new JWSHeader.Builder(JWSAlgorithm.ES256)
                                .keyID(kid)
                                .type(type)
                                .build(),
                        payload.replaceFirst("\"exp\":[0-9]+,?", ""),
                        new ECDSASigner(own)),
                token.replaceFirst(
                        "\\.[^.]*\\.",
                        "."
                                + Base64.getUrlEncoder()
                                        .withoutPadding()
                                        .encodeToString(payload.replace("merchant", "someoneX")
                                                .getBytes(StandardCharsets.UTF_8))
                                + "."))) {
            assertThat(at(NOW, 1).read(forged)).as(forged).isEmpty();
        }
    }
}
