package io.nestcms.event;

import io.nestcms.event.DeadLetter.Reason;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Empties mailboxes within a time and books what became of their events. */
final class Drain {
    private Drain() {}

    /** What a listener that closes the bus is handling just now is not waited for and not given up: it cannot end before. */
    static DrainReport of(List<AsyncListener> mailboxes, long nanos, @Nullable Shift present) {
        long begun = System.nanoTime();
        List<Lane> own = new ArrayList<>();
        for (Shift shift = present; shift != null; shift = shift.outer()) {
            Lane lane = shift.lane();
            if (lane != null) {
                own.add(lane);
                shift.listener().leaveOut(lane);
            }
        }
        long handledBefore = handled(mailboxes);
        long failedBefore = failed(mailboxes);
        mailboxes.forEach(AsyncListener::stop);
        for (AsyncListener mailbox : mailboxes) {
            mailbox.awaitEmpty(nanos - (System.nanoTime() - begun));
        }
        long returned = 0;
        long left = 0;
        for (AsyncListener mailbox : mailboxes) {
            for (Lane.Left each : mailbox.takeAll(own)) {
                if (Parcel.tracker(each.item()) == null) {
                    left++;
                } else {
                    returned++;
                }
                mailbox.giveUp(each.item(), Reason.CLOSED, each.tries(), null);
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
