package io.nestcms.spring.test;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.boot.test.context.SpringBootTest;

/**
 * Starts the application on a free port, beside a PayTabs sandbox of its own that can reach it: pages, notifications and ways back are real
 * HTTP. The sandbox is a bean, so a test injects {@link io.nestcms.sandbox.PayTabsSandbox} and breaks what it likes. Payments are kept in
 * memory unless the test sets {@code nestcms.store}.
 *
 * <p>Needs {@code io.nestcms:nestcms-paytabs-sandbox} and Spring Boot's test starter.
 *
 * @since 0.1
 */
@Documented
@Inherited
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.DEFINED_PORT)
public @interface NestCmsTest {}
