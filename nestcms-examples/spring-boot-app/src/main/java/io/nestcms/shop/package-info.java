/** A shop that takes payments: its own code and seven lines of YAML. */
@NullMarked
package io.nestcms.shop;

import org.jspecify.annotations.NullMarked;
