package io.nestcms.event;

/**
 * What became of the events that waited when a bus was closed. An event whose listener closes the bus is not among them: it is
 * still being handled.
 *
 * @param handled events that were handled while draining, counted once for each listener
 * @param failed events that finally failed while draining
 * @param returned undelivered events of {@link EventBus#deliver}: their sender was told and still has them
 * @param left undelivered events that were published: each is a dead letter now
 * @since 0.1
 */
public record DrainReport(long handled, long failed, long returned, long left) {
    /**
     * Whether nothing was left over.
     *
     * @return {@code true} when every waiting event was handled or finally failed in time
     */
    public boolean isComplete() {
        return returned == 0 && left == 0;
    }
}
