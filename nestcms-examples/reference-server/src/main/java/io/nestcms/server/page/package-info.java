/** What a browser is shown, and the description of the API. */
@NullMarked
package io.nestcms.server.page;

import org.jspecify.annotations.NullMarked;
