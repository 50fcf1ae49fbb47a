package io.nestcms.event;

import io.nestcms.event.DeadLetter.Reason;
import java.time.Duration;
import java.util.List;

/** Empties mailboxes within a time and books what became of their events. */
final class Drain {
    private Drain() {}

    static DrainReport of(List<AsyncListener> mailboxes, Duration timeout) {
        long handledBefore = handled(mailboxes);
        long failedBefore = failed(mailboxes);
        mailboxes.forEach(AsyncListener::stop);
        long begun = System.nanoTime();
        long nanos = timeout.toNanos();
        for (AsyncListener mailbox : mailboxes) {
            mailbox.awaitEmpty(nanos - (System.nanoTime() - begun));
        }
        long returned = 0;
        long left = 0;
        for (AsyncListener mailbox : mailboxes) {
            for (Object item : mailbox.takeAll()) {
                if (Parcel.tracker(item) == null) {
                    left++;
                } else {
                    returned++;
                }
                mailbox.giveUp(item, Reason.CLOSED, 0, null);
            }
        }
        return new DrainReport(handled(mailboxes) - handledBefore, failed(mailboxes) - failedBefore, returned, left);
    }

    private static long handled(List<AsyncListener> mailboxes) {
        return mailboxes.stream().mapToLong(each -> each.snapshot().handled()).sum();
    }

    private static long failed(List<AsyncListener> mailboxes) {
        return mailboxes.stream().mapToLong(each -> each.snapshot().failed()).sum();
    }
}
