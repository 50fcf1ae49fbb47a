/**
 * Payments in a Spring Boot application, 3.5 or 4. An application sets {@code nestcms.*}, injects {@link
 * io.nestcms.payment.service.Payments} and annotates what is to hear of payments with {@link
 * io.nestcms.spring.PaymentListener} or Spring's own {@code @EventListener}.
 */
@NullMarked
package io.nestcms.spring;

import org.jspecify.annotations.NullMarked;
