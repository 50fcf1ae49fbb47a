package io.nestcms.server.access;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.util.Base64URL;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.math.ec.ECPoint;

/**
 * The keys that sign access tokens: P-256, another one each 30 days. Every node derives them from the one secret that it is given, so
 * nodes agree on them, also after a restart, and nothing is stored; the derivation takes 512 bits of HMAC-SHA-256 modulo the order
 * of the curve (FIPS 186-5, A.2.1). Keys stay good for as long as a token may that they signed.
 */
final class SigningKeys {
    static final String MAC = "HmacSHA256";
    private static final Duration PERIOD = Duration.ofDays(30);
    private static final X9ECParameters P256 = CustomNamedCurves.getByName("secp256r1");
    private static final int BYTES = 32;

    private final SecretKey secret;
    private final Clock clock;
    private final long kept;
    private final Map<Long, ECKey> keys = new ConcurrentHashMap<>();

    SigningKeys(SecretKey secret, Clock clock, Duration tokenLife) {
        this.secret = secret;
        this.clock = clock;
        this.kept = tokenLife.dividedBy(PERIOD) + 1;
    }

    private long period() {
        return Math.floorDiv(clock.instant().getEpochSecond(), PERIOD.toSeconds());
    }

    /** Signs now. */
    ECKey current() {
        return key(period());
    }

    /** The key of a name, if one of that name is good now; those to come are, for clocks that are ahead. */
    Optional<ECKey> find(String id) {
        return all().stream().filter(key -> key.getKeyID().equals(id)).findFirst();
    }

    /** What others check tokens with: nothing secret. */
    JWKSet published() {
        return new JWKSet(List.copyOf(all())).toPublicJWKSet();
    }

    private List<ECKey> all() {
        long now = period();
        keys.keySet().removeIf(period -> period < now - kept);
        List<ECKey> good = new ArrayList<>();
        for (long period = now - kept; period <= now + 1; period++) {
            good.add(key(period));
        }
        return good;
    }

    private ECKey key(long period) {
        return keys.computeIfAbsent(period, this::derive);
    }

    private ECKey derive(long period) {
        byte[] wide = new byte[2 * BYTES];
        System.arraycopy(mac("nestcms signing key " + period + " 0"), 0, wide, 0, BYTES);
        System.arraycopy(mac("nestcms signing key " + period + " 1"), 0, wide, BYTES, BYTES);
        BigInteger order = P256.getN();
        BigInteger d =
                new BigInteger(1, wide).mod(order.subtract(BigInteger.ONE)).add(BigInteger.ONE);
        ECPoint point = P256.getG().multiply(d).normalize();
        return new ECKey.Builder(
                        Curve.P_256,
                        Base64URL.encode(point.getAffineXCoord().getEncoded()),
                        Base64URL.encode(point.getAffineYCoord().getEncoded()))
                .d(ECKey.encodeCoordinate(order.bitLength(), d))
                .keyUse(KeyUse.SIGNATURE)
                .algorithm(JWSAlgorithm.ES256)
                .keyID(HexFormat.of().formatHex(mac("nestcms key id " + period), 0, 8))
                .build();
    }

    private byte[] mac(String text) {
        try {
            Mac mac = Mac.getInstance(MAC);
            mac.init(secret);
            return mac.doFinal(text.getBytes(StandardCharsets.US_ASCII));
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException("HMAC-SHA-256 is not offered by this Java runtime", missing);
        }
    }
}
