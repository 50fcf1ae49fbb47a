/**
 * Contracts: who does what for how much, in which instalments, and what of it is paid. {@link io.nestcms.contract.Contracts}
 * is the entry, {@link io.nestcms.contract.ContractStore} the port, {@link io.nestcms.contract.ContractRelay} carries its events.
 */
@NullMarked
package io.nestcms.contract;

import org.jspecify.annotations.NullMarked;
