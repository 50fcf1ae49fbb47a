/**
 * Who did what to what, when and from where, so that no change to the record goes unseen: {@link io.nestcms.audit.AuditTrail}
 * is the port.
 */
@NullMarked
package io.nestcms.audit;

import org.jspecify.annotations.NullMarked;
