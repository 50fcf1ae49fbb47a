/**
 * Who is signed in: sessions with idle and absolute limits, and refresh tokens that are used once. The port is
 * {@link io.nestcms.access.SessionStore}.
 */
@NullMarked
package io.nestcms.access;

import org.jspecify.annotations.NullMarked;
