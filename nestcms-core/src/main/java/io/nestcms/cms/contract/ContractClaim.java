package io.nestcms.cms.contract;

import java.time.Instant;
import java.util.List;
import java.util.Objects;

/**
 * The waiting events of one contract in the hands of one worker. By its end a claim is known: the next one on the same contract
 * begins when this one is over, and so ends later.
 *
 * @param contract the contract
 * @param notices its events, in order
 * @param until when others may claim them
 * @since 0.1
 */
public record ContractClaim(ContractId contract, List<ContractNotice> notices, Instant until) {
    /**
     * Checks that nothing is missing, and copies the list.
     *
     * @param contract the contract
     * @param notices its events
     * @param until when others may claim them
     */
    public ContractClaim {
        Objects.requireNonNull(contract, "contract");
        notices = List.copyOf(notices);
        Objects.requireNonNull(until, "until");
    }
}
