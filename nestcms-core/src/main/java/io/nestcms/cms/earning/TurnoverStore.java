package io.nestcms.cms.earning;

import java.time.YearMonth;
import java.util.List;

/**
 * Tells what moved for contracts: a port. Payments without a contract count for none.
 *
 * <p>Implementations are safe for use by many threads and agree with {@link PlainTurnover}.
 *
 * @since 0.1
 */
public interface TurnoverStore {
    /**
     * What moved in some months.
     *
     * @param from the first month
     * @param to the last month
     * @return one for each contract, month and currency in which money moved, in no order
     */
    List<Turnover> turnover(YearMonth from, YearMonth to);
}
