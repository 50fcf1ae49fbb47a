/**
 * For whoever writes a gateway: {@link io.nestcms.payment.gateway.PaymentGateway} is the port, and every call to it ends in one of
 * four {@linkplain io.nestcms.payment.gateway.GatewayOutcome outcomes}.
 */
@NullMarked
package io.nestcms.payment.gateway;

import org.jspecify.annotations.NullMarked;
