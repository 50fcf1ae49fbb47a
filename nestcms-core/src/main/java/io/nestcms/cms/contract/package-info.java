/**
 * Contracts: who does what for how much, in which instalments, and what of it is paid. {@link io.nestcms.cms.contract.Contracts}
 * is the entry, {@link io.nestcms.cms.contract.ContractStore} the port, {@link io.nestcms.cms.outbox.NoticeRelay} carries its events.
 */
@NullMarked
package io.nestcms.cms.contract;

import org.jspecify.annotations.NullMarked;
