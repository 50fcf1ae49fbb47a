/** What is wrong now and what was: {@link io.nestcms.incident.Incidents} is the entry. */
@NullMarked
package io.nestcms.incident;

import org.jspecify.annotations.NullMarked;
