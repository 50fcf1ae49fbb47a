package io.nestcms.e2e;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * What goes wrong around the buyers: odds at the gateway from the start on, and blows after so many payments as the seed says:
 * the server killed, the gateway's port closed, its clock put wrong, its notifications turned round, its input cut.
 */
final class ChaosWeather implements Runnable {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** How far the gateway's clock may be off, either way. */
    private static final Duration MOST_SKEW = Duration.ofHours(1);

    private final ChaosPlan plan;
    private final ChaosStage stage;
    private final ChaosTally tally;
    private final Random random;

    ChaosWeather(ChaosPlan plan, ChaosStage stage, ChaosTally tally) {
        this.plan = plan;
        this.stage = stage;
        this.tally = tally;
        this.random = new Random(~plan.seed());
    }

    /** Something that happens once so many payments are finished. */
    private record Blow(int after, Kind kind) {}

    private enum Kind {
        KILL,
        REFUSE,
        SKEW,
        REORDER,
        CUT
    }

    /** Sets the odds, and the gateway's clock wrong. */
    void begin() {
        skew();
        for (String path : List.of("/payment/request", "/payment/query")) {
            double share = path.endsWith("request") ? 0.02 : 0.01;
            odds(path, share, fault("delay").put("millis", 1000));
            odds(path, share, fault("delay").put("millis", 2500));
            odds(path, share, fault("delay-reply").put("millis", 2500));
            odds(path, 1.5 * share, fault("drop-reply"));
            odds(path, share, fault("cut-reply").put("bytes", 150));
            odds(path, share, fault("cut-request").put("bytes", 20));
            odds(path, share, fault("status").put("status", 500));
            odds(path, share / 2, fault("status").put("status", 503));
            odds(path, share / 2, fault("status").put("status", 429));
            odds(path, share, fault("html").put("status", 502));
            odds(path, share / 2, fault("html").put("status", 200));
        }
        odds("/payment/page", 0.02, fault("status").put("status", 503));
        odds("/payment/page", 0.03, fault("drop-reply"));
        odds("", 0.08, fault("callback-lose"));
        odds("", 0.08, fault("callback-duplicate").put("copies", 3));
        odds("", 0.08, fault("callback-delay").put("millis", 3000));
        odds("", 0.05, fault("callback-wrong-signature"));
    }

    private static ObjectNode fault(String name) {
        return JSON.createObjectNode().put("fault", name);
    }

    private void odds(String path, double share, ObjectNode fault) {
        stage.fault(fault.put("path", path).put("share", share));
    }

    @Override
    public void run() {
        List<Blow> blows = blows();
        for (Blow blow : blows) {
            while (tally.finished() < blow.after()) {
                tally.pause(5);
            }
            tally.pause(random.nextInt(300));
            strike(blow.kind());
        }
    }

    private List<Blow> blows() {
        List<Blow> blows = new ArrayList<>();
        int rounds = Math.max(1, plan.kills());
        for (int i = 0; i < plan.kills(); i++) {
            blows.add(new Blow(anywhere(), Kind.KILL));
        }
        for (Kind kind : List.of(Kind.REFUSE, Kind.SKEW, Kind.REORDER, Kind.CUT)) {
            int count = kind == Kind.REORDER || kind == Kind.CUT ? 2 * rounds : rounds;
            for (int i = 0; i < count; i++) {
                blows.add(new Blow(anywhere(), kind));
            }
        }
        blows.sort(java.util.Comparator.comparingInt(Blow::after));
        return blows;
    }

    private int anywhere() {
        return random.nextInt(plan.payments() * 9 / 10 + 1);
    }

    private void strike(Kind kind) {
        switch (kind) {
            case KILL -> kill();
            case REFUSE -> {
                stage.fault(fault("refuse"));
                tally.pause(random.nextInt(300, 2000));
                stage.fault(fault("accept"));
            }
            case SKEW -> {
                skew();
            }
            case REORDER -> stage.fault(fault("callback-reorder").put("count", 3));
            case CUT -> stage.fault(fault("cut-input").put("bytes", random.nextInt(1, 900)));
        }
    }

    private void skew() {
        long most = MOST_SKEW.toSeconds();
        stage.fault(fault("skew-clock").put("seconds", random.nextLong(-most, most + 1)));
        tally.count("gateway: clock put wrong");
    }

    private void kill() {
        try {
            stage.killServer();
            tally.count("server: killed");
            tally.pause(random.nextInt(1000));
            stage.startServer();
        } catch (IOException broken) {
            throw new IllegalStateException("the server could not be killed and started again", broken);
        }
    }
}
