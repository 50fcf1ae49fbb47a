/** A Spring Boot application that takes PayTabs' webhooks. */
@NullMarked
package io.nestcms.spring;

import org.jspecify.annotations.NullMarked;
