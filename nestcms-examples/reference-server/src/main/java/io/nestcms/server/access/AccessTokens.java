package io.nestcms.server.access;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.nestcms.access.Role;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Short-lived access tokens: JWT, signed with ES256. The algorithm is ours and not the token's to choose, and the key is one of
 * {@link SigningKeys}: what a token says of either is compared and never followed.
 */
final class AccessTokens {
    private static final String ISSUER = "nestcms-reference-server";
    private static final String AUDIENCE = "nestcms-payments";
    private static final JOSEObjectType TYPE = new JOSEObjectType("at+jwt");
    private static final String SESSION = "sid";
    private static final String ROLES = "roles";
    private static final int LONGEST = 4096;

    private final SigningKeys keys;
    private final Clock clock;
    private final Duration life;

    AccessTokens(SigningKeys keys, Clock clock, Duration life) {
        this.keys = keys;
        this.clock = clock;
        this.life = life;
    }

    Duration life() {
        return life;
    }

    String issue(String userId, Set<Role> roles, String session) {
        Instant now = clock.instant();
        ECKey key = keys.current();
        SignedJWT token = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.ES256)
                        .keyID(key.getKeyID())
                        .type(TYPE)
                        .build(),
                new JWTClaimsSet.Builder()
                        .subject(userId)
                        .issuer(ISSUER)
                        .audience(AUDIENCE)
                        .issueTime(Date.from(now))
                        .expirationTime(Date.from(now.plus(life)))
                        .jwtID(UUID.randomUUID().toString())
                        .claim(SESSION, session)
                        .claim(ROLES, roles.stream().map(Role::name).sorted().toList())
                        .build());
        try {
            token.sign(new ECDSASigner(key));
        } catch (JOSEException impossible) {
            throw new IllegalStateException("an access token could not be signed", impossible);
        }
        return token.serialize();
    }

    /** The caller, or empty for anything but a token of ours that is still good. */
    Optional<Caller> read(String text) {
        if (text.length() > LONGEST) {
            return Optional.empty();
        }
        try {
            SignedJWT token = SignedJWT.parse(text);
            JWSHeader header = token.getHeader();
            if (!JWSAlgorithm.ES256.equals(header.getAlgorithm())
                    || !TYPE.equals(header.getType())
                    || header.getKeyID() == null) {
                return Optional.empty();
            }
            ECKey key = keys.find(header.getKeyID()).orElse(null);
            if (key == null || !token.verify(new ECDSAVerifier(key.toPublicJWK()))) {
                return Optional.empty();
            }
            return caller(token.getJWTClaimsSet());
        } catch (ParseException | JOSEException | IllegalArgumentException notOurs) {
            return Optional.empty();
        }
    }

    private Optional<Caller> caller(JWTClaimsSet claims) throws ParseException {
        String subject = claims.getSubject();
        String session = claims.getStringClaim(SESSION);
        Date until = claims.getExpirationTime();
        List<String> named = claims.getStringListClaim(ROLES);
        boolean ours = ISSUER.equals(claims.getIssuer()) && List.of(AUDIENCE).equals(claims.getAudience());
        if (!ours || subject == null || session == null || until == null || named == null) {
            return Optional.empty();
        }
        if (!clock.instant().isBefore(until.toInstant())) {
            return Optional.empty();
        }
        Set<Role> roles = EnumSet.noneOf(Role.class);
        named.forEach(name -> roles.add(Role.valueOf(name)));
        return Optional.of(new Caller(subject, until.toInstant(), roles, session));
    }
}
