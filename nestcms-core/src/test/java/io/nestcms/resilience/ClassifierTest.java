package io.nestcms.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import dev.failsafe.Timeout;
import dev.failsafe.TimeoutExceededException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileLockInterruptionException;
import java.nio.channels.UnresolvedAddressException;
import java.sql.SQLException;
import java.sql.SQLIntegrityConstraintViolationException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLRecoverableException;
import java.sql.SQLSyntaxErrorException;
import java.sql.SQLTimeoutException;
import java.sql.SQLTransactionRollbackException;
import java.sql.SQLTransientConnectionException;
import java.sql.SQLTransientException;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ClassifierTest {
    private static Verdict of(Throwable failure) {
        return Classifier.byException().ofException(failure);
    }

    private static <T extends Throwable> T suppressing(T failure, Throwable... others) {
        for (Throwable other : others) {
            failure.addSuppressed(other);
        }
        return failure;
    }

    static Stream<Throwable> interrupts() {
        return Stream.of(
                new InterruptedException(),
                new InterruptedIOException(),
                new InterruptedIOException("interrupted"),
                new InterruptedIOException("executor rejected"),
                new ClosedByInterruptException(),
                new FileLockInterruptionException(),
                new CancellationException(),
                new IOException("Canceled"),
                new IOException("stream was reset: CANCEL"),
                new UncheckedIOException(new IOException("Canceled")),
                new ExecutionException(new InterruptedException()));
    }

    @ParameterizedTest
    @MethodSource("interrupts")
    void interrupt_inAnyShape_isIgnored(Throwable failure) {
        assertThat(of(failure).isIgnored()).isTrue();
        assertThat(of(failure).isNotSent()).isFalse();
    }

    static Stream<Throwable> timeouts() {
        return Stream.of(
                new SocketTimeoutException("Read timed out"),
                new InterruptedIOException("timeout"),
                new InterruptedIOException("deadline reached"),
                new TimeoutException(),
                new HttpTimeoutException("request timed out"),
                new SQLTimeoutException(),
                new CallTimeoutException(Duration.ofSeconds(1), null),
                new TimeoutExceededException(Timeout.of(Duration.ofSeconds(1))),
                new IOException(new SocketTimeoutException()));
    }

    @ParameterizedTest
    @MethodSource("timeouts")
    void timeout_ofAnyType_isATimeout(Throwable failure) {
        assertThat(of(failure).failureClass()).contains(FailureClass.TIMEOUT);
        assertThat(of(failure).isNotSent()).isFalse();
    }

    static Stream<Throwable> noConnections() {
        return Stream.of(
                new ConnectException(),
                new UnknownHostException("bank"),
                new UnresolvedAddressException(),
                new HttpConnectTimeoutException("connect timed out"),
                new SQLTransientConnectionException("refused", "08001"),
                new SQLException("rejected", "08004"),
                new IOException(new ConnectException()),
                suppressing(new ConnectException(), new ConnectException(), new UnknownHostException("bank")));
    }

    @ParameterizedTest
    @MethodSource("noConnections")
    void noConnection_isNotSent(Throwable failure) {
        assertThat(of(failure).failureClass()).contains(FailureClass.CONNECT);
        assertThat(of(failure).isNotSent()).isTrue();
    }

    static Stream<Throwable> mayHaveBeenSent() {
        return Stream.of(
                suppressing(new ConnectException(), new SocketTimeoutException("Read timed out")),
                suppressing(new ConnectException(), new SocketException("Connection reset")),
                suppressing(new ConnectException(), new IOException("unexpected end of stream")),
                suppressing(new IOException(new ConnectException()), new SocketTimeoutException()),
                new IOException(suppressing(new ConnectException(), new IOException("canceled"))),
                suppressing(
                        new ConnectException(),
                        suppressing(new ConnectException(), new SocketException("Connection reset"))));
    }

    @ParameterizedTest
    @MethodSource("mayHaveBeenSent")
    void connectFailure_withASuppressedReadFailure_isNoProof(Throwable failure) {
        assertThat(of(failure).failureClass()).contains(FailureClass.CONNECT);
        assertThat(of(failure).isNotSent()).isFalse();
    }

    @Test
    void suppressedInARing_endsTheSearch() {
        ConnectException one = new ConnectException();
        ConnectException other = new ConnectException();
        one.addSuppressed(other);
        other.addSuppressed(one);
        assertThat(of(one).isNotSent()).isFalse();
    }

    static Stream<Arguments> jdbc() {
        return Stream.of(
                Arguments.of(new SQLNonTransientConnectionException("gone", "08006"), "CONNECT"),
                Arguments.of(new SQLRecoverableException("link failure", "08S01"), "CONNECT"),
                Arguments.of(new SQLException("closed", "08003"), "CONNECT"),
                Arguments.of(new SQLTransientException("busy"), "SERVER_ERROR"),
                Arguments.of(new SQLIntegrityConstraintViolationException("taken", "23505"), "success"),
                Arguments.of(new SQLSyntaxErrorException("selct", "42601"), "success"),
                Arguments.of(new SQLTransactionRollbackException("deadlock", "40P01"), "success"),
                Arguments.of(new SQLException("anything"), "OTHER"));
    }

    @ParameterizedTest
    @MethodSource("jdbc")
    void jdbc_typesAreKnown(Throwable failure, String verdict) {
        assertThat(of(failure)).hasToString(verdict);
        assertThat(of(failure).isNotSent()).isFalse();
    }

    @Test
    void builder_firstRuleThatFitsDecides_andTheRestIsByType() {
        Classifier<Integer> classifier = Classifier.<Integer>builder()
                .notSent(code -> code == 429, FailureClass.THROTTLED)
                .failWhen(code -> code >= 500, FailureClass.SERVER_ERROR)
                .ignore(code -> code == 499)
                .failWhen(SecurityException.class, FailureClass.SERVER_ERROR)
                .notSent(IllegalStateException.class, FailureClass.CONNECT)
                .ignore(RuntimeException.class)
                .build();
        assertThat(classifier.ofResult(200)).isSameAs(Verdict.success());
        assertThat(classifier.ofResult(402)).isSameAs(Verdict.success());
        assertThat(classifier.ofResult(503).failureClass()).contains(FailureClass.SERVER_ERROR);
        assertThat(classifier.ofResult(429).isNotSent()).isTrue();
        assertThat(classifier.ofResult(499).isIgnored()).isTrue();
        assertThat(classifier.ofException(new SecurityException()).failureClass())
                .contains(FailureClass.SERVER_ERROR);
        assertThat(classifier.ofException(new IllegalStateException()).isNotSent())
                .isTrue();
        assertThat(classifier.ofException(new IllegalArgumentException()).isIgnored())
                .isTrue();
        assertThat(classifier
                        .ofException(new IOException(new SecurityException()))
                        .failureClass())
                .contains(FailureClass.SERVER_ERROR);
        assertThat(classifier.ofException(new SocketTimeoutException()).failureClass())
                .contains(FailureClass.TIMEOUT);
    }

    @Test
    void settings_toString_tellsThemAll() {
        assertThat(BreakerSettings.gateway().dependency("bank").build())
                .hasToString("BreakerSettings[dependency=bank, timeWindow=PT1M, minimumCalls=10, failureRate=0.5, "
                        + "slowAfter=PT10S, slowRate=0.8, weights={THROTTLED=0.5}, openFor=PT5S, "
                        + "openForClass={CONNECT=PT2S}, backOff=1.0, longestOpen=PT1H, jitter=0.2, "
                        + "longestRetryAfter=PT1H, trialCalls=3, toleratedTrialFailures=0, probeTimeout=PT1M, "
                        + "rampStep=PT1S, rampShares=[0.1, 0.25, 0.5]]");
        assertThat(BreakerSettings.builder().build().toString()).contains("countWindow=100");
    }
}
