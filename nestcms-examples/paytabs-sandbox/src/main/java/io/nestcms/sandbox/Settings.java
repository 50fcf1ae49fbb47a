package io.nestcms.sandbox;

import java.math.BigDecimal;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
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
        Switches switches,
        String clientKey,
        Clock clock,
        RandomGenerator random,
        RandomGenerator faultRandom,
        @Nullable Path ledgerFile,
        Duration pageLife,
        Duration asyncPageLife,
        Duration asyncLife,
        Duration challengeLife,
        List<Duration> callbackDelays,
        Duration callbackTimeout,
        DuplicateRule duplicateRule,
        Duration duplicateWindow,
        @Nullable BigDecimal merchantLimit,
        @Nullable URI ipnUrl,
        @Nullable SSLContext tls) {

    boolean assumes(Assumption assumption) {
        return switches.assumes(assumption);
    }

    String serverKey() {
        return switches.serverKey();
    }

    Set<String> currencies() {
        return switches.enabledCurrencies();
    }

    /** What the gateway's clock shows, right or wrong. */
    Instant shownTime() {
        return clock.instant().plus(switches.skew());
    }

    /** Nothing of the key. */
    @Override
    public String toString() {
        return "Settings[profile " + profileId + "]";
    }
}
