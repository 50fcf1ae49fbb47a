/** A shop on CDI and Jakarta REST: its own code and five lines of settings. */
@NullMarked
package io.nestcms.shop;

import org.jspecify.annotations.NullMarked;
