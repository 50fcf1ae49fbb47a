/**
 * MongoDB nodes inside the JVM, spoken to by the unmodified driver: {@link io.nestcms.testkit.EmbeddedMongo} keeps its data
 * on disk and starts the reference server without any installation; {@link io.nestcms.testkit.ReplicaSet} shows what
 * happens when members lag, die or change roles; {@link io.nestcms.testkit.TcpProxy} makes the network bad. Not for
 * production.
 */
@NullMarked
package io.nestcms.testkit;

import org.jspecify.annotations.NullMarked;
