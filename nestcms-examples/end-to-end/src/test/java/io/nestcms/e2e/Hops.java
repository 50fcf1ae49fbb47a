package io.nestcms.e2e;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** What happened, in order. The relay's thread delivers in parallel to all this, so its own reads are not recorded. */
final class Hops {
    private final List<String> lines = new CopyOnWriteArrayList<>();

    void add(String line) {
        if (!Thread.currentThread().getName().startsWith("nestcms-outbox")) {
            lines.add(line);
        }
    }

    List<String> lines() {
        return List.copyOf(lines);
    }
}
