package io.nestcms.cms.earning;

import io.nestcms.cms.contract.Contract;
import io.nestcms.cms.contract.ContractId;
import io.nestcms.cms.contract.ContractStore;
import io.nestcms.money.Money;
import io.nestcms.payment.MoneyMove;
import io.nestcms.payment.Payment;
import io.nestcms.payment.PaymentCursor;
import io.nestcms.payment.PaymentPage;
import io.nestcms.payment.PaymentQuery;
import io.nestcms.payment.TransactionKind;
import io.nestcms.payment.store.PaymentStore;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Currency;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The plain way to turnover: looks at every payment and asks for its contract. Right by its looks, and the measure for
 * faster ones.
 *
 * <p>Safe for use by many threads.
 *
 * @since 0.1
 */
public final class PlainTurnover implements TurnoverStore {
    private static final int PAGE = 200;

    private record Key(String contractId, YearMonth month, Currency currency) {}

    private final PaymentStore payments;
    private final ContractStore contracts;

    /**
     * Turnover over two stores.
     *
     * @param payments the payments
     * @param contracts the contracts
     */
    public PlainTurnover(PaymentStore payments, ContractStore contracts) {
        this.payments = Objects.requireNonNull(payments, "payments");
        this.contracts = Objects.requireNonNull(contracts, "contracts");
    }

    @Override
    public List<Turnover> turnover(YearMonth from, YearMonth to) {
        Map<Key, Turnover> sums = new HashMap<>();
        PaymentPage page;
        PaymentCursor next = null;
        do {
            page = payments.list(PaymentQuery.newest(PAGE).from(next));
            for (Payment payment : page.items()) {
                add(payment, from, to, sums);
            }
            next = page.next();
        } while (next != null);
        return new ArrayList<>(sums.values());
    }

    private void add(Payment payment, YearMonth from, YearMonth to, Map<Key, Turnover> sums) {
        String contractId = payment.order().contractId();
        if (contractId == null || payment.moves().isEmpty()) {
            return;
        }
        Optional<Contract> contract = contracts.find(new ContractId(contractId));
        if (contract.isEmpty()) {
            return;
        }
        for (MoneyMove move : payment.moves()) {
            YearMonth month = YearMonth.from(move.recordedAt().atOffset(ZoneOffset.UTC));
            if (counts(move.kind()) && !month.isBefore(from) && !month.isAfter(to)) {
                Money zero = Money.zero(move.amount().currency());
                boolean back = move.kind() == TransactionKind.REFUND;
                sums.merge(
                        new Key(contractId, month, zero.currency()),
                        new Turnover(contract.get(), month, back ? zero : move.amount(), back ? move.amount() : zero),
                        (one, other) -> new Turnover(
                                one.contract(),
                                month,
                                one.taken().plus(other.taken()),
                                one.refunded().plus(other.refunded())));
            }
        }
    }

    /**
     * Whether a transaction moves money for good.
     *
     * @param kind the kind of transaction
     * @return true for a sale, a capture and a refund
     */
    public static boolean counts(TransactionKind kind) {
        return kind == TransactionKind.SALE || kind == TransactionKind.CAPTURE || kind == TransactionKind.REFUND;
    }
}
