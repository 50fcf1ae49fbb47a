/**
 * Events of the content-management wing on their way from a record to the listeners: written with the record, delivered at least
 * once. {@link io.nestcms.cms.outbox.NoticeRelay} is the entry; {@link io.nestcms.cms.outbox.Notices} is the port of a store.
 */
@NullMarked
package io.nestcms.cms.outbox;

import org.jspecify.annotations.NullMarked;
