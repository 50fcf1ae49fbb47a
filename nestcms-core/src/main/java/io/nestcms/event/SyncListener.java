package io.nestcms.event;

/** A listener on the publisher's thread. What it throws is its own affair: the publisher and the others go on. */
final class SyncListener extends Listener {
    SyncListener(Draft draft) {
        super(draft);
    }

    @Override
    void accept(Object item) {
        try {
            handle(item);
        } catch (Throwable e) {
            giveUp(item, DeadLetter.Reason.FAILED, 1, e);
            return;
        }
        handled(item);
    }

    @Override
    void fail(Object item, Throwable cause) {
        giveUp(item, DeadLetter.Reason.FAILED, 0, cause);
    }
}
