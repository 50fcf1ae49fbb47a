/**
 * The people of the system: clients, employees, admins and owners, from registration to deactivation. The entry is
 * {@link io.nestcms.cms.user.Users}, the port {@link io.nestcms.cms.user.UserStore}.
 */
@NullMarked
package io.nestcms.cms.user;

import org.jspecify.annotations.NullMarked;
