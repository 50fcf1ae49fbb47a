/** Payments over HTTP: the merchant's calls, what PayTabs sends, and what a browser hears of changes. */
@NullMarked
package io.nestcms.server.payment;

import org.jspecify.annotations.NullMarked;
