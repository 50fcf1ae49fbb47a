package io.nestcms.sandbox;

import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
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
        Clock clock,
        RandomGenerator random,
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
        int requestsPerMinute) {

    /** Nothing of the key. */
    @Override
    public String toString() {
        return "Settings[profile " + profileId + "]";
    }
}
