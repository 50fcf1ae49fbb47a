/** MongoDB stores for the ports of the core. */
@NullMarked
package io.nestcms.mongo;

import org.jspecify.annotations.NullMarked;
