package io.nestcms.cms.contract;

import io.nestcms.cms.contract.ContractEvent.ContractDrafted;
import io.nestcms.cms.contract.ContractEvent.ContractRevised;
import io.nestcms.cms.contract.ContractEvent.ContractStatusChanged;
import io.nestcms.cms.contract.ContractResult.Changed;
import io.nestcms.cms.contract.ContractResult.Done;
import io.nestcms.cms.contract.ContractResult.NotFound;
import io.nestcms.cms.contract.ContractResult.Refused;
import io.nestcms.cms.outbox.Notice;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Drafts contracts and moves them along: the entry of this package.
 *
 * <p>Safe for use by many threads and on many nodes; of two acts at once one is judged after the other.
 *
 * @since 0.1
 */
public final class Contracts {
    private final ContractStore store;
    private final Clock clock;

    /**
     * Contracts over a store.
     *
     * @param store where they are kept
     * @param clock tells the present
     */
    public Contracts(ContractStore store, Clock clock) {
        this.store = Objects.requireNonNull(store, "store");
        this.clock = Objects.requireNonNull(clock, "clock");
    }

    /**
     * Drafts a contract.
     *
     * @param terms what is to be agreed
     * @return the draft
     */
    public Contract draft(ContractTerms terms) {
        Contract draft;
        do {
            var now = clock.instant();
            ContractId id = new ContractId(UUID.randomUUID().toString());
            draft = new Contract(id, terms, ContractStatus.DRAFT, 1, now, now);
        } while (!store.insert(draft, notices(draft, List.of(new ContractDrafted(draft.id(), draft.createdAt())))));
        return draft;
    }

    /**
     * Changes the terms of a draft.
     *
     * @param id the contract
     * @param terms the new terms
     * @return done, or why not
     */
    public ContractResult revise(ContractId id, ContractTerms terms) {
        return revise(id, terms, null);
    }

    /**
     * Changes the terms of a draft that nobody has changed meanwhile.
     *
     * @param id the contract
     * @param terms the new terms
     * @param version the version that the change was made from, or {@code null} for any
     * @return done, or why not
     */
    public ContractResult revise(ContractId id, ContractTerms terms, @Nullable Long version) {
        return change(
                id,
                version,
                contract -> contract.status() == ContractStatus.DRAFT
                        ? new Done(contract.next(terms, contract.status(), clock.instant()))
                        : new Refused(contract.status(), "only a draft may change"));
    }

    /**
     * Moves a contract along.
     *
     * @param id the contract
     * @param action what is done with it
     * @return done, or why not
     */
    public ContractResult act(ContractId id, ContractAction action) {
        return act(id, action, null);
    }

    /**
     * Moves a contract along that nobody has changed meanwhile.
     *
     * @param id the contract
     * @param action what is done with it
     * @param version the version that was looked at, or {@code null} for any
     * @return done, or why not
     */
    public ContractResult act(ContractId id, ContractAction action, @Nullable Long version) {
        return change(id, version, contract -> {
            Optional<ContractStatus> next = contract.status().after(action);
            if (next.isEmpty()) {
                return new Refused(contract.status(), action + " is not legal here");
            }
            Optional<String> unmet = unmet(contract, action);
            return unmet.isPresent()
                    ? new Refused(contract.status(), unmet.get())
                    : new Done(contract.next(contract.terms(), next.get(), clock.instant()));
        });
    }

    private Optional<String> unmet(Contract contract, ContractAction action) {
        if (action != ContractAction.COMPLETE && action != ContractAction.CANCEL) {
            return Optional.empty();
        }
        ContractStatement statement = store.statement(contract.id()).orElseThrow();
        if (action == ContractAction.COMPLETE && statement.outstanding().isPositive()) {
            return Optional.of(statement.outstanding() + " is still to be paid");
        }
        if (action == ContractAction.CANCEL && statement.paid().isPositive()) {
            return Optional.of(statement.paid() + " is still to be given back");
        }
        return Optional.empty();
    }

    private ContractResult change(ContractId id, @Nullable Long version, Function<Contract, ContractResult> rule) {
        while (true) {
            Optional<Contract> found = store.find(id);
            if (found.isEmpty()) {
                return new NotFound();
            }
            if (version != null && version != found.get().version()) {
                return new Changed(found.get());
            }
            ContractResult result = rule.apply(found.get());
            if (!(result instanceof Done done)
                    || store.replace(
                            done.contract(), notices(done.contract(), List.of(event(found.get(), done.contract()))))) {
                return result;
            }
        }
    }

    private static ContractEvent event(Contract before, Contract after) {
        return before.status() == after.status()
                ? new ContractRevised(after.id(), after.updatedAt())
                : new ContractStatusChanged(after.id(), after.updatedAt(), before.status(), after.status());
    }

    /** What tells of the contract's present version. */
    static List<Notice<ContractEvent>> notices(Contract contract, List<ContractEvent> events) {
        return Notice.ofVersion(contract.id().value(), contract.version(), contract.updatedAt(), events);
    }
}
