/**
 * What happens to the application itself: {@link io.nestcms.system.SystemEvent} is the family. Health checks, incidents and backups
 * tell of it.
 */
@NullMarked
package io.nestcms.system;

import org.jspecify.annotations.NullMarked;
