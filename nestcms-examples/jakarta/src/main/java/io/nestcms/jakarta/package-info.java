/** Payments in a Jakarta application; begins at {@link io.nestcms.jakarta.NestCmsExtension}, which the container finds. */
@NullMarked
package io.nestcms.jakarta;

import org.jspecify.annotations.NullMarked;
