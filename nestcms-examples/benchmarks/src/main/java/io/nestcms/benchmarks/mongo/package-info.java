/** The MongoDB module measured: against the bare driver, against the plain way, and its outbox. */
@NullMarked
package io.nestcms.benchmarks.mongo;

import org.jspecify.annotations.NullMarked;
