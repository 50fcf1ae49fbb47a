/** Projects, contracts, articles and earnings over HTTP, with what they do in the background. */
@NullMarked
package io.nestcms.server.cms;

import org.jspecify.annotations.NullMarked;
