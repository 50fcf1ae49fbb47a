package io.nestcms.server.payment;

import io.nestcms.server.http.Problem;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** How many streams there may be: in all, and of one user. One more is refused before it begins. */
final class Seats {
    private static final int MOST = 1_000;
    private static final int MOST_OF_USER = 20;
    private static final Duration LATER = Duration.ofSeconds(15);

    private final Object lock = new Object();
    private final Map<String, Integer> taken = new HashMap<>();
    private int all;

    /** A place for one stream. */
    Seat take(String user) {
        synchronized (lock) {
            int own = taken.getOrDefault(user, 0);
            if (own >= MOST_OF_USER) {
                throw Problem.tooMany(
                                "too-many-streams",
                                "Too many streams",
                                "a user may have " + MOST_OF_USER + " at once: close one, or come back later",
                                LATER)
                        .asException();
            }
            if (all >= MOST) {
                throw Problem.unavailable("busy", "Too many streams", "ask for the list instead", LATER)
                        .asException();
            }
            taken.put(user, own + 1);
            all++;
        }
        return new Seat(user);
    }

    /** One stream's place. Leaving may be repeated. */
    final class Seat {
        private final String user;
        private boolean left;

        private Seat(String user) {
            this.user = user;
        }

        void leave() {
            synchronized (lock) {
                if (left) {
                    return;
                }
                left = true;
                all--;
                taken.computeIfPresent(user, (name, own) -> own == 1 ? null : own - 1);
            }
        }
    }
}
