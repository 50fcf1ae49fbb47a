package io.nestcms.payment;

import java.util.Random;

/** Decides by a seed what goes wrong; nothing does once it is healed. */
final class Faults {
    private final Random random;
    private boolean healed;

    Faults(Random random) {
        this.random = random;
    }

    void heal() {
        healed = true;
    }

    /** True in the given share of cases, in percent, until healed. */
    boolean happen(int percent) {
        return !healed && random.nextInt(100) < percent;
    }

    void maybeCrash() {
        if (happen(2)) {
            throw new Crash();
        }
    }
}
