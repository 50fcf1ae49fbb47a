/** The server looked at while it runs: health, metrics, circuits, incidents, audit, backups. */
@NullMarked
package io.nestcms.server.operations;

import org.jspecify.annotations.NullMarked;
