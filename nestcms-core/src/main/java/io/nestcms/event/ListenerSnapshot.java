package io.nestcms.event;

import java.util.Objects;

/**
 * An asynchronous listener at one moment.
 *
 * @param name its name
 * @param waiting events in its mailbox, those being handled included; may exceed the bound, see {@link Overflow#BLOCK}
 * @param bound how many its mailbox holds
 * @param handled events it has handled
 * @param failed events on which its last try failed, or for which there was no thread
 * @param retried further tries
 * @param rejected events that its mailbox did not take: full, waited for in vain, or closed
 * @param dropped events that made room for newer ones
 * @since 0.1
 */
public record ListenerSnapshot(
        String name, int waiting, int bound, long handled, long failed, long retried, long rejected, long dropped) {
    /**
     * Checks that the name is there.
     *
     * @param name its name
     * @param waiting events in its mailbox
     * @param bound how many its mailbox holds
     * @param handled events it has handled
     * @param failed events on which its last try failed
     * @param retried further tries
     * @param rejected events that its mailbox did not take
     * @param dropped events that made room for newer ones
     */
    public ListenerSnapshot {
        Objects.requireNonNull(name, "name");
    }
}
