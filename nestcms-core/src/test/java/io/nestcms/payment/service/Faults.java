package io.nestcms.payment.service;

import java.util.Random;

/** Decides by a seed what goes wrong; nothing does once it is healed. */
final class Faults {
    private final Random random;
    private boolean healed;
    private Life life = new Life();

    Faults(Random random) {
        this.random = random;
    }

    /** One process, from its start to its death. Whatever it still does after that reaches nobody. */
    static final class Life {
        private boolean over;

        void check() {
            if (over) {
                throw new Crash();
            }
        }
    }

    /** The process that acts now. */
    Life life() {
        return life;
    }

    void actsNow(Life other) {
        life = other;
    }

    void heal() {
        healed = true;
    }

    /** True in the given share of cases, in percent, until healed. */
    boolean happen(int percent) {
        return !healed && random.nextInt(100) < percent;
    }

    boolean isHealed() {
        return healed;
    }

    void maybeCrash() {
        life.check();
        if (happen(2)) {
            life.over = true;
            throw new Crash();
        }
    }
}
