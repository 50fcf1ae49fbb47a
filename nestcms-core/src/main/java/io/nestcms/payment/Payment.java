package io.nestcms.payment;

import io.nestcms.money.Money;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A payment, as it was recorded at one moment: an order, the attempts to take it, and what the gateway showed of it. What these
 * come to, its status and sums, is its {@link #ledger()}.
 *
 * <p>{@code Payments} makes and moves them; a store keeps them. Immutable and safe for use by many threads. {@link #toString()}
 * shows no personal data.
 *
 * @since 0.1
 */
public final class Payment {
    private final PaymentId id;
    private final PaymentOrder order;
    private final IdempotencyClaim claim;
    private final List<Attempt> attempts;
    private final List<FollowUp> followUps;
    private final List<LedgerEntry> entries;
    private final List<Decision> decisions;
    private final List<HistoryEntry> history;
    private final Watch watch;
    private final @Nullable Instant paidAt;
    private final Revision revision;
    private final Ledger ledger;

    private Payment(Builder builder) {
        this.id = builder.id;
        this.order = builder.order;
        this.claim = builder.claim;
        this.attempts = builder.attempts;
        this.followUps = builder.followUps;
        this.entries = builder.entries;
        this.decisions = builder.decisions;
        this.history = builder.history;
        this.watch = builder.watch;
        this.paidAt = builder.paidAt;
        this.revision = Objects.requireNonNull(builder.revision, "revision");
        if (attempts.isEmpty()) {
            throw new IllegalArgumentException("a payment has at least one attempt");
        }
        this.ledger = Ledger.of(order, attempts, followUps, entries, decisions);
    }

    /**
     * A payment on its first day.
     *
     * @param id our name for it
     * @param order what is to be paid
     * @param claim the idempotency key that it is created under
     * @param now the present
     * @return the payment, of version 1, with one event to tell of it
     */
    public static Payment created(PaymentId id, PaymentOrder order, IdempotencyClaim claim, Instant now) {
        return builder(id, order, claim)
                .attempts(List.of(Attempt.ready(1, order.cartId(), null, order.amount(), now)))
                .history(List.of(new HistoryEntry(now, PaymentStatus.CREATED, "created", null)))
                .revision(new Revision(1, 1, now, now))
                .build();
    }

    /**
     * Starts with what never changes; for stores.
     *
     * @param id our name for it
     * @param order what is to be paid
     * @param claim the idempotency key that it was created under
     * @return a builder, without attempts and revision, which must be given
     */
    public static Builder builder(PaymentId id, PaymentOrder order, IdempotencyClaim claim) {
        return new Builder(id, order, claim);
    }

    /**
     * Starts from this payment.
     *
     * @return a builder with all that this one has
     */
    public Builder toBuilder() {
        return new Builder(id, order, claim)
                .attempts(attempts)
                .followUps(followUps)
                .entries(entries)
                .decisions(decisions)
                .history(history)
                .watch(watch)
                .paidAt(paidAt)
                .revision(revision);
    }

    /**
     * The payment as it was when it was created: what a repeated creation with the same key gives.
     *
     * @return the first record of this payment
     */
    public Payment asCreated() {
        return created(id, order, claim, revision.createdAt());
    }

    /**
     * Our name for it.
     *
     * @return the id
     */
    public PaymentId id() {
        return id;
    }

    /**
     * What is to be paid and by whom; never changes.
     *
     * @return the order
     */
    public PaymentOrder order() {
        return order;
    }

    /**
     * The idempotency key that it was created under.
     *
     * @return the claim
     */
    public IdempotencyClaim claim() {
        return claim;
    }

    /**
     * Where it stands.
     *
     * @return {@link Ledger#status()}
     */
    public PaymentStatus status() {
        return ledger.status();
    }

    /**
     * The attempts to take it.
     *
     * @return oldest first; at least one
     */
    public List<Attempt> attempts() {
        return attempts;
    }

    /**
     * The latest attempt.
     *
     * @return the one that decides while nothing was taken
     */
    public Attempt attempt() {
        return attempts.get(attempts.size() - 1);
    }

    /**
     * The captures, voids and refunds that were asked for here.
     *
     * @return oldest first
     */
    public List<FollowUp> followUps() {
        return followUps;
    }

    /**
     * What the gateway showed, each transaction once.
     *
     * @return in the order in which we learned of them
     */
    public List<LedgerEntry> entries() {
        return entries;
    }

    /**
     * What people decided about it.
     *
     * @return oldest first
     */
    public List<Decision> decisions() {
        return decisions;
    }

    /**
     * Every status it had.
     *
     * @return oldest first
     */
    public List<HistoryEntry> history() {
        return history;
    }

    /**
     * When the reconciler looks at it next.
     *
     * @return the plan
     */
    public Watch watch() {
        return watch;
    }

    /**
     * When it was told as paid, by {@link PaymentEvent.PaymentSucceeded}. Stays, whatever becomes of the money afterwards: an order
     * is told as paid once.
     *
     * @return the moment, or {@code null} as long as it never was
     */
    public @Nullable Instant paidAt() {
        return paidAt;
    }

    /**
     * Version, event count and times of this record.
     *
     * @return the revision
     */
    public Revision revision() {
        return revision;
    }

    /**
     * What all of it comes to.
     *
     * @return status, sums, and what may be done next
     */
    public Ledger ledger() {
        return ledger;
    }

    /**
     * The money that moved and was not undone, for reports.
     *
     * @return {@link Ledger#moves()}
     */
    public List<MoneyMove> moves() {
        return ledger.moves();
    }

    /**
     * How much was taken and not undone, before refunds.
     *
     * @return {@link Ledger#taken()}
     */
    public Money taken() {
        return ledger.taken();
    }

    /**
     * How much was given back so far.
     *
     * @return {@link Ledger#refunded()}
     */
    public Money refunded() {
        return ledger.refunded();
    }

    /**
     * The gateway's name for the transaction of the latest attempt.
     *
     * @return the reference, or {@code null} before there is one
     */
    public @Nullable TransactionRef ref() {
        return attempt().ref();
    }

    /**
     * The follow-up with this cart at the gateway.
     *
     * @param cartId the follow-up's own cart
     * @return the follow-up, or empty when there is none
     */
    public Optional<FollowUp> followUp(CartId cartId) {
        return followUps.stream().filter(it -> it.cartId().equals(cartId)).findFirst();
    }

    /**
     * Whether it waits for a person: a transaction differs from what was asked for, or nothing proves how a call ended.
     *
     * @return true until {@code Payments.resolve} has an answer to all of it
     */
    public boolean isUndecided() {
        return !ledger.mismatches().isEmpty()
                || followUps.stream().anyMatch(FollowUp::undecided)
                || (status() == PaymentStatus.UNKNOWN && watch.slow());
    }

    /**
     * Every name by which a gateway may know something of this payment.
     *
     * @return the carts of the order, of its attempts and of its follow-ups, each once
     */
    public List<CartId> carts() {
        return Stream.of(
                        Stream.of(order.cartId()),
                        attempts.stream().map(Attempt::cartId),
                        followUps.stream().map(FollowUp::cartId))
                .flatMap(each -> each)
                .distinct()
                .toList();
    }

    /**
     * Every transaction that belongs to this payment.
     *
     * @return the references of its attempts, follow-ups and ledger entries, each once
     */
    public List<TransactionRef> refs() {
        return Stream.of(
                        attempts.stream().map(Attempt::ref),
                        followUps.stream().map(FollowUp::ref),
                        entries.stream().map(LedgerEntry::ref))
                .flatMap(each -> each)
                .filter(Objects::nonNull)
                .distinct()
                .toList();
    }

    /**
     * Id, status and version only.
     *
     * @return for logs
     */
    @Override
    public String toString() {
        return "Payment[" + id + " " + status() + " v" + revision.version() + "]";
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Payment it
                && id.equals(it.id)
                && order.equals(it.order)
                && claim.equals(it.claim)
                && attempts.equals(it.attempts)
                && followUps.equals(it.followUps)
                && entries.equals(it.entries)
                && decisions.equals(it.decisions)
                && history.equals(it.history)
                && watch.equals(it.watch)
                && Objects.equals(paidAt, it.paidAt)
                && revision.equals(it.revision);
    }

    @Override
    public int hashCode() {
        return Objects.hash(id, revision);
    }

    /** Collects the parts of a payment. Not safe for use by many threads. */
    public static final class Builder {
        private final PaymentId id;
        private final PaymentOrder order;
        private final IdempotencyClaim claim;
        private List<Attempt> attempts = List.of();
        private List<FollowUp> followUps = List.of();
        private List<LedgerEntry> entries = List.of();
        private List<Decision> decisions = List.of();
        private List<HistoryEntry> history = List.of();
        private Watch watch = Watch.OFF;
        private @Nullable Instant paidAt;
        private @Nullable Revision revision;

        private Builder(PaymentId id, PaymentOrder order, IdempotencyClaim claim) {
            this.id = Objects.requireNonNull(id, "id");
            this.order = Objects.requireNonNull(order, "order");
            this.claim = Objects.requireNonNull(claim, "claim");
        }

        /**
         * The attempts to take it.
         *
         * @param given oldest first; at least one
         * @return this builder
         */
        public Builder attempts(List<Attempt> given) {
            attempts = List.copyOf(given);
            return this;
        }

        /**
         * The captures, voids and refunds that were asked for.
         *
         * @param given oldest first
         * @return this builder
         */
        public Builder followUps(List<FollowUp> given) {
            followUps = List.copyOf(given);
            return this;
        }

        /**
         * What the gateway showed.
         *
         * @param given each transaction once
         * @return this builder
         */
        public Builder entries(List<LedgerEntry> given) {
            entries = List.copyOf(given);
            return this;
        }

        /**
         * What people decided.
         *
         * @param given oldest first
         * @return this builder
         */
        public Builder decisions(List<Decision> given) {
            decisions = List.copyOf(given);
            return this;
        }

        /**
         * Every status it had.
         *
         * @param given oldest first
         * @return this builder
         */
        public Builder history(List<HistoryEntry> given) {
            history = List.copyOf(given);
            return this;
        }

        /**
         * When the reconciler looks at it next. Default: never.
         *
         * @param given the plan
         * @return this builder
         */
        public Builder watch(Watch given) {
            watch = Objects.requireNonNull(given, "watch");
            return this;
        }

        /**
         * When it was told as paid. Default: never.
         *
         * @param given the moment, or {@code null} for never
         * @return this builder
         */
        public Builder paidAt(@Nullable Instant given) {
            paidAt = given;
            return this;
        }

        /**
         * Version, event count and times.
         *
         * @param given the revision
         * @return this builder
         */
        public Builder revision(Revision given) {
            revision = Objects.requireNonNull(given, "revision");
            return this;
        }

        /**
         * Puts it together.
         *
         * @return the payment
         * @throws IllegalArgumentException if there is no attempt
         */
        public Payment build() {
            return new Payment(this);
        }
    }
}
