/** PayTabs client and payment gateway. */
@NullMarked
package io.nestcms.paytabs;

import org.jspecify.annotations.NullMarked;
