/** Projects: their lifecycle, steps, workers, designs and notes. {@link io.nestcms.cms.project.Projects} is the entry. */
@NullMarked
package io.nestcms.cms.project;

import org.jspecify.annotations.NullMarked;
