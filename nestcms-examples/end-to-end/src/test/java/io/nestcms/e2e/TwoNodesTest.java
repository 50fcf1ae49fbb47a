package io.nestcms.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.nestcms.e2e.KillableServer.Death;
import io.nestcms.sandbox.CallbackFault;
import io.nestcms.sandbox.PayTabsSandbox;
import io.nestcms.testkit.ReplicaSet;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two servers, each a process of its own, on one replica set and with one gateway; reconcilers and relays run on both. */
class TwoNodesTest {
    private static final int ROUND = 6;
    private static final int MOST_ROUNDS = 20;

    @TempDir
    Path data;

    private final List<Process> nodes = new ArrayList<>();
    private final List<String> payments = new ArrayList<>();
    private ReplicaSet set;
    private PayTabsSandbox sandbox;

    @BeforeEach
    void startWhatTheyShare() {
        set = ReplicaSet.builder().start();
        sandbox = PayTabsSandbox.builder().start();
        // so that it is the reconcilers that settle
        sandbox.faults().randomCallbacks(1, CallbackFault.lose());
    }

    @AfterEach
    void stop() throws InterruptedException {
        for (Process node : nodes) {
            node.destroyForcibly().waitFor();
        }
        sandbox.close();
        set.close();
    }

    private Process start(String name, int port, Death death) throws IOException {
        Process node = KillableServer.start(data.resolve(name), port, sandbox, death, Duration.ofMinutes(3), set.uri());
        nodes.add(node);
        return node;
    }

    private static void awaitReady(Process node, URI uri) {
        Stage.eventually().ignoreExceptions().until(() -> {
            assertThat(node.isAlive()).isTrue();
            return Merchant.stranger(uri).get("/health/readiness").status() == 200;
        });
    }

    private void payOne(Merchant merchant) {
        String cart = "ORD-" + payments.size();
        String id =
                merchant.create(cart, Merchant.order(cart, "250.000", "KWD")).text("id");
        new Payer().pay(merchant.process(id).text("redirectUrl"), Payer.APPROVED);
        payments.add(id);
    }

    private boolean areSettled(Merchant merchant) {
        return payments.stream().allMatch(id -> merchant.status(id).equals("SUCCEEDED"));
    }

    private List<String> lines(String node, String file) throws IOException {
        Path path = data.resolve(node).resolve(file);
        return Files.exists(path) ? Files.readAllLines(path) : List.of();
    }

    @Test
    void oneDiesWhileItSettles_nothingIsSettledTwiceAndNothingIsLost() throws Exception {
        Iterator<Integer> ports = ChaosStage.freePorts(new Random(), 2).iterator();
        int first = ports.next();
        int second = ports.next();
        Process dying = start("dying", first, Death.BEFORE_THE_THIRD_IS_SETTLED);
        Process living = start("living", second, Death.NEVER);
        URI shop = URI.create("http://127.0.0.1:" + second);
        awaitReady(dying, URI.create("http://127.0.0.1:" + first));
        awaitReady(living, shop);
        Merchant merchant = Merchant.signIn(shop, Stage.MERCHANT, Stage.PASSWORD);

        for (int round = 0; dying.isAlive() && round < MOST_ROUNDS; round++) {
            for (int i = 0; i < ROUND; i++) {
                payOne(merchant);
            }
            Stage.eventually().until(() -> !dying.isAlive() || areSettled(merchant));
        }

        assertThat(dying.waitFor()).isEqualTo(KillableServer.KILLED);
        Stage.eventually().until(() -> areSettled(merchant));
        for (int i = 0; i < payments.size(); i++) {
            assertThat(merchant.find(payments.get(i)).json().path("history").findValuesAsText("status"))
                    .containsExactly("CREATED", "INITIATED", "SUCCEEDED");
            assertThat(sandbox.ledger().totals(Stage.cart("ORD-" + i)).charges())
                    .isEqualTo(1);
        }
        for (String name : KillableServer.NAMED) {
            Stage.eventually().untilAsserted(() -> assertThat(heardBy(name)).containsAll(payments));
            List<String> beforeItsDeath = lines("dying", name);
            List<String> again = new ArrayList<>(heardBy(name));
            payments.forEach(again::remove);
            // what it had heard, and had not yet put on record when it died
            assertThat(beforeItsDeath.subList(Math.max(0, beforeItsDeath.size() - 1), beforeItsDeath.size()))
                    .containsAll(again);
        }
    }

    private List<String> heardBy(String name) throws IOException {
        List<String> heard = new ArrayList<>(lines("dying", name));
        heard.addAll(lines("living", name));
        return heard;
    }
}
