/** Messages that leave the server: receipts, alerts, letters to users. */
@NullMarked
package io.nestcms.server.notice;

import org.jspecify.annotations.NullMarked;
