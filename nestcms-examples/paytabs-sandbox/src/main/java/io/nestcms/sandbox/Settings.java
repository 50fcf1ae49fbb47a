package io.nestcms.sandbox;

import java.math.BigDecimal;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** What the builder gathered, checked. */
record Settings(
        String host,
        int port,
        int controlPort,
        @Nullable URI publicUri,
        long profileId,
        long merchantId,
        String serverKey,
        String clientKey,
        SkewedClock clock,
        RandomGenerator random,
        RandomGenerator faultRandom,
        @Nullable Path ledgerFile,
        Set<String> currencies,
        Duration pageLife,
        Duration asyncPageLife,
        Duration asyncLife,
        Duration challengeLife,
        List<Duration> callbackDelays,
        Duration callbackTimeout,
        DuplicateRule duplicateRule,
        Duration duplicateWindow,
        int requestsPerMinute,
        @Nullable BigDecimal merchantLimit,
        @Nullable URI ipnUrl,
        @Nullable SSLContext tls,
        Set<Assumption> assumptions) {

    boolean assumes(Assumption assumption) {
        return assumptions.contains(assumption);
    }

    /** Nothing of the key. */
    @Override
    public String toString() {
        return "Settings[profile " + profileId + "]";
    }
}
