/** Tests of an application against the PayTabs sandbox: {@link io.nestcms.spring.test.NestCmsTest}. */
@NullMarked
package io.nestcms.spring.test;

import org.jspecify.annotations.NullMarked;
