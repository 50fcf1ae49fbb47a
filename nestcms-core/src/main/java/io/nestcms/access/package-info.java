/**
 * Who is signed in, and who may do what: sessions with idle and absolute limits and refresh tokens that are used once, with the
 * port {@link io.nestcms.access.SessionStore}; roles, permissions and grants, asked of an
 * {@link io.nestcms.access.AccessPolicy}; passwords.
 */
@NullMarked
package io.nestcms.access;

import org.jspecify.annotations.NullMarked;
