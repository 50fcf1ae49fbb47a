/** What the records of the content-management wing share: places in their lists, and how a change of one ends. */
@NullMarked
package io.nestcms.cms.record;

import org.jspecify.annotations.NullMarked;
