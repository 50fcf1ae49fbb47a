/** The HTTP side of every room: limits, request ids, bodies that are read strictly, problems as answers. */
@NullMarked
package io.nestcms.server.http;

import org.jspecify.annotations.NullMarked;
