package io.nestcms.payment.store;

import io.nestcms.payment.PaymentId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An event in the outbox and how far it has come with each listener. Immutable. Known by its {@code id} and {@code only}
 * together.
 *
 * @param paymentId the payment it was recorded with
 * @param id the event's name, the same over every delivery
 * @param sequence the event's number in its payment, from 1
 * @param content what can be told of it
 * @param only the one listener that it is for, when it was replayed for that one; else {@code null}
 * @param done the listeners that need it no more: those that handled it, and those for which it was buried
 * @param failed the listeners that did not handle it yet, at most once each
 * @param unreadSince since when it is left for a node that can read it, or {@code null} when nobody had to
 * @since 0.1
 */
public record WaitingEvent(
        PaymentId paymentId,
        String id,
        long sequence,
        EventContent content,
        @Nullable String only,
        Set<String> done,
        List<FailedDelivery> failed,
        @Nullable Instant unreadSince) {
    /**
     * Copies the collections.
     *
     * @param paymentId the payment
     * @param id the event's name
     * @param sequence the event's number in its payment
     * @param content what can be told of it
     * @param only the one listener that it is for, or {@code null}
     * @param done the listeners that need it no more
     * @param failed the listeners that did not handle it yet
     * @param unreadSince since when it is left for a node that can read it, or {@code null}
     */
    public WaitingEvent {
        Objects.requireNonNull(paymentId, "paymentId");
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(content, "content");
        done = Set.copyOf(done);
        failed = List.copyOf(failed);
    }

    /**
     * One that nobody has heard.
     *
     * @param paymentId the payment
     * @param entry the event as it was recorded
     * @return the same, waiting
     */
    public static WaitingEvent of(PaymentId paymentId, OutboxEntry entry) {
        return new WaitingEvent(
                paymentId,
                entry.id(),
                entry.sequence(),
                new EventContent.Known(entry.event()),
                null,
                Set.of(),
                List.of(),
                null);
    }

    /**
     * Whether a listener has still to hear it.
     *
     * @param listener the listener's name
     * @return true when it is for that one and not done with it
     */
    public boolean isFor(String listener) {
        return (only == null || only.equals(listener)) && !done.contains(listener);
    }

    /**
     * How it failed with a listener.
     *
     * @param listener the listener's name
     * @return the failure, or empty when there was none
     */
    public Optional<FailedDelivery> failure(String listener) {
        return failed.stream().filter(it -> it.listener().equals(listener)).findFirst();
    }

    /**
     * The same, with a listener that needs it no more.
     *
     * @param listener the listener's name
     * @return the event as it stands then
     */
    public WaitingEvent doneBy(String listener) {
        Set<String> more = new HashSet<>(done);
        more.add(listener);
        return new WaitingEvent(paymentId, id, sequence, content, only, more, failedOthers(listener), unreadSince);
    }

    /**
     * The same, with a listener that did not handle it.
     *
     * @param failure how it failed; takes the place of the listener's last failure
     * @return the event as it stands then
     */
    public WaitingEvent failedWith(FailedDelivery failure) {
        List<FailedDelivery> all = failedOthers(failure.listener());
        all.add(failure);
        return new WaitingEvent(paymentId, id, sequence, content, only, done, all, unreadSince);
    }

    /**
     * The same, left for a node that can read it.
     *
     * @param since since when
     * @return the event as it stands then
     */
    public WaitingEvent unread(Instant since) {
        return new WaitingEvent(paymentId, id, sequence, content, only, done, failed, since);
    }

    private List<FailedDelivery> failedOthers(String listener) {
        List<FailedDelivery> others = new ArrayList<>(failed);
        others.removeIf(it -> it.listener().equals(listener));
        return others;
    }
}
