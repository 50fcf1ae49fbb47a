/** Exact money: {@link io.nestcms.money.Money}. */
@NullMarked
package io.nestcms.money;

import org.jspecify.annotations.NullMarked;
