/** The rules that all texts of the content-management wing share. Not exported. */
@NullMarked
package io.nestcms.cms.text;

import org.jspecify.annotations.NullMarked;
