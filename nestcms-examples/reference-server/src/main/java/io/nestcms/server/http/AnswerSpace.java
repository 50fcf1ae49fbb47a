package io.nestcms.server.http;

import java.util.concurrent.atomic.AtomicLong;

/** The memory that answers on their way to slow readers may take, all together. */
final class AnswerSpace {
    private final AtomicLong left;

    AnswerSpace(long bytes) {
        this.left = new AtomicLong(bytes);
    }

    /** Whether there was room; what was taken is given back later. */
    boolean take(int bytes) {
        if (left.addAndGet(-bytes) >= 0) {
            return true;
        }
        left.addAndGet(bytes);
        return false;
    }

    void giveBack(int bytes) {
        left.addAndGet(bytes);
    }
}
