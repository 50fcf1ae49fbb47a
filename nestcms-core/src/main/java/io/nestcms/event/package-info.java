/**
 * Typed publish and subscribe inside one process: {@link io.nestcms.event.EventBus} is the entry. Order is kept per key,
 * mailboxes are bounded, and what cannot be handled is a dead letter that can be listed and replayed.
 */
@NullMarked
package io.nestcms.event;

import org.jspecify.annotations.NullMarked;
