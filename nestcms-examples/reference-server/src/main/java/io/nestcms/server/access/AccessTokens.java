package io.nestcms.server.access;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.MACVerifier;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.security.SecureRandom;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** Short-lived access tokens: JWT, signed with HMAC-SHA256; no other algorithm is taken. */
final class AccessTokens {
    static final String MAC = "HmacSHA256";

    private static final String ISSUER = "nestcms-reference-server";
    private static final String AUDIENCE = "nestcms-payments";

    private final MACSigner signer;
    private final MACVerifier verifier;
    private final Clock clock;
    private final Duration life;

    AccessTokens(SecretKey key, Clock clock, Duration life) {
        try {
            this.signer = new MACSigner(key);
            this.verifier = new MACVerifier(key);
        } catch (JOSEException unusable) {
            throw new IllegalArgumentException("the token key cannot be used with HMAC-SHA256", unusable);
        }
        this.clock = clock;
        this.life = life;
    }

    /** The given key, or a random one. */
    static SecretKey key(@Nullable SecretKey given, SecureRandom random) {
        if (given != null) {
            return given;
        }
        byte[] key = new byte[32];
        random.nextBytes(key);
        return new SecretKeySpec(key, MAC);
    }

    Duration life() {
        return life;
    }

    String issue(String merchant) {
        Instant now = clock.instant();
        SignedJWT token = new SignedJWT(
                new JWSHeader(JWSAlgorithm.HS256),
                new JWTClaimsSet.Builder()
                        .subject(merchant)
                        .issuer(ISSUER)
                        .audience(AUDIENCE)
                        .issueTime(Date.from(now))
                        .expirationTime(Date.from(now.plus(life)))
                        .jwtID(UUID.randomUUID().toString())
                        .build());
        try {
            token.sign(signer);
        } catch (JOSEException impossible) {
            throw new IllegalStateException("an access token could not be signed", impossible);
        }
        return token.serialize();
    }

    /** The caller, or empty for anything but a token of ours that is still good. */
    Optional<Caller> read(String text) {
        try {
            SignedJWT token = SignedJWT.parse(text);
            if (!JWSAlgorithm.HS256.equals(token.getHeader().getAlgorithm()) || !token.verify(verifier)) {
                return Optional.empty();
            }
            JWTClaimsSet claims = token.getJWTClaimsSet();
            String subject = claims.getSubject();
            Date until = claims.getExpirationTime();
            boolean ours =
                    ISSUER.equals(claims.getIssuer()) && List.of(AUDIENCE).equals(claims.getAudience());
            return ours && subject != null && until != null && clock.instant().isBefore(until.toInstant())
                    ? Optional.of(new Caller(subject, until.toInstant()))
                    : Optional.empty();
        } catch (ParseException | JOSEException notOurs) {
            return Optional.empty();
        }
    }
}
