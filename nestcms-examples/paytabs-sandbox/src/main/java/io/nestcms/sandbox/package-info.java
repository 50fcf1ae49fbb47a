/**
 * A stateful stand-in for the PayTabs PT2 API over real HTTP: start one with
 * {@link io.nestcms.sandbox.PayTabsSandbox#builder()}. It shares no code with the client, so that neither can hide the
 * other's mistake.
 */
@NullMarked
package io.nestcms.sandbox;

import org.jspecify.annotations.NullMarked;
