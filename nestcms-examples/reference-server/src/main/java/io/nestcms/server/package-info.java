/**
 * The SDK's artifacts wired into a payment service over HTTP. {@link io.nestcms.server.Main} starts it from the environment,
 * {@link io.nestcms.server.ReferenceServer} from a program.
 */
@NullMarked
package io.nestcms.server;

import org.jspecify.annotations.NullMarked;
