package io.nestcms.server.payment;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.nestcms.access.Permission;
import io.nestcms.money.Money;
import io.nestcms.payment.FollowUp;
import io.nestcms.payment.FollowUpResult;
import io.nestcms.payment.FollowUpState;
import io.nestcms.payment.IdempotencyKey;
import io.nestcms.payment.Payment;
import io.nestcms.payment.service.Payments;
import io.nestcms.server.access.AuthRoutes;
import io.nestcms.server.http.Json;
import io.nestcms.server.http.Problem;
import io.nestcms.server.http.StrictJson;
import org.jspecify.annotations.Nullable;

/** Refunds, captures and voids. Without an amount it is about all that is left. */
final class FollowUpRoutes {
    private final Payments payments;
    private final PaymentRoutes own;

    FollowUpRoutes(Payments payments, PaymentRoutes own) {
        this.payments = payments;
        this.own = own;
    }

    void register(RoutesConfig routes, AuthRoutes auth) {
        routes.post("/payments/v2/{id}/refunds", auth.protect(Permission.APPROVE, "payment", context -> {
            Payment payment = own.own(context);
            answer(context, payments.refund(payment.id(), key(context), amount(context, payment)));
        }));
        routes.post("/payments/v2/{id}/captures", auth.protect(Permission.APPROVE, "payment", context -> {
            Payment payment = own.own(context);
            answer(context, payments.capture(payment.id(), key(context), amount(context, payment)));
        }));
        routes.post("/payments/v2/{id}/void", auth.protect(Permission.APPROVE, "payment", context -> {
            Payment payment = own.own(context);
            noAmount(context);
            answer(context, payments.voidHold(payment.id(), key(context)));
        }));
    }

    private static IdempotencyKey key(Context context) {
        return PaymentRoutes.key(context, AuthRoutes.caller(context).merchant());
    }

    /** The amount, in the payment's currency; null for all that is left. */
    private static @Nullable Money amount(Context context, Payment payment) {
        if (StrictJson.isEmpty(context)) {
            return null;
        }
        StrictJson.Fields body = StrictJson.object(context);
        String amount = body.optionalText("amount");
        body.done();
        return amount == null ? null : Money.of(amount, payment.order().amount().currencyCode());
    }

    private static void noAmount(Context context) {
        if (!StrictJson.isEmpty(context)) {
            StrictJson.object(context).done();
        }
    }

    private static void answer(Context context, FollowUpResult result) {
        result.fold(
                recorded -> answer(context, status(recorded.followUp()), recorded.payment(), recorded.followUp()),
                unavailable -> {
                    throw Problem.unavailable(
                                    "service-unavailable",
                                    "Service temporarily unavailable",
                                    "the payment gateway cannot be reached; no money moved: send the same request"
                                            + " again",
                                    unavailable.retryAfter())
                            .asException();
                },
                // nothing is sent again; the reconciler asks the gateway, and the payment tells when it knows
                unknown -> answer(context, 202, unknown.payment(), unknown.followUp()),
                refused -> {
                    throw PaymentRoutes.refusal(refused.refusal()).asException();
                });
    }

    private static int status(FollowUp followUp) {
        return followUp.state() == FollowUpState.PENDING ? 202 : 200;
    }

    private static Context answer(Context context, int status, Payment payment, FollowUp followUp) {
        ObjectNode json = PaymentJson.followUp(followUp);
        json.put("id", payment.id().value());
        json.put("status", payment.status().name());
        return Json.answer(context.status(status), json);
    }
}
