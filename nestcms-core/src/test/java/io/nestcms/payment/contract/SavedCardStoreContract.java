package io.nestcms.payment.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.nestcms.payment.CardOnFile;
import io.nestcms.payment.CardToken;
import io.nestcms.payment.PaymentId;
import io.nestcms.payment.SavedCard;
import io.nestcms.payment.TransactionRef;
import io.nestcms.payment.store.SavedCardStore;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What every {@link SavedCardStore} keeps to. */
public abstract class SavedCardStoreContract {
    /** An empty store; the same one within a test. */
    protected abstract SavedCardStore store();

    private static SavedCard card(String token, int seconds) {
        return SavedCard.saved(
                new CardOnFile(new CardToken(token), "4111 11## #### 1111", "Visa", YearMonth.of(2031, 12)),
                "payer",
                Objects.requireNonNull(Samples.wishes(Samples.payment("x").order())
                                .options()
                                .saving())
                        .plan(),
                new PaymentId("p1"),
                new TransactionRef("TST1"),
                Samples.NOON.plusSeconds(seconds));
    }

    @Test
    void find_afterInsert_givesEveryField() {
        SavedCard bare = SavedCard.saved(
                new CardOnFile(new CardToken("bare"), null, null, null), null, null, null, null, Samples.NOON);

        assertThat(store().insert(card("a", 0))).isTrue();
        assertThat(store().insert(bare)).isTrue();

        assertThat(store().find(new CardToken("a"))).contains(card("a", 0));
        assertThat(store().find(new CardToken("bare"))).contains(bare);
        assertThat(store().find(new CardToken("b"))).isEmpty();
    }

    @Test
    void insert_twice_keepsTheFirst() {
        store().insert(card("a", 0));

        assertThat(store().insert(card("a", 5))).isFalse();
        assertThat(store().find(new CardToken("a"))).contains(card("a", 0));
    }

    @Test
    void replace_onlyTheVersionBefore() {
        SavedCard first = card("a", 0);
        store().insert(first);
        SavedCard claimed =
                first.with(2, LocalDate.of(2026, 11, 21), Map.of(new PaymentId("p2"), LocalDate.of(2026, 11, 22)));

        assertThat(store().replace(claimed)).isTrue();
        assertThat(store().replace(claimed)).isFalse();
        assertThat(store().replace(first.deleted(Samples.NOON, false))).isFalse();
        assertThat(store().replace(card("none", 0).deleted(Samples.NOON, false)))
                .isFalse();
        assertThat(store().find(new CardToken("a"))).contains(claimed);
    }

    @Test
    void list_ofAPayer_newestFirstWithoutTheDeleted() {
        store().insert(card("old", 0));
        store().insert(card("new", 10));
        store().insert(card("deleted", 20));
        store().replace(card("deleted", 20).deleted(Samples.NOON.plusSeconds(30), true));

        assertThat(store().list("payer", 10)).containsExactly(card("new", 10), card("old", 0));
        assertThat(store().list("payer", 1)).containsExactly(card("new", 10));
        assertThat(store().list("another", 10)).isEmpty();
        assertThat(store().find(new CardToken("deleted")).orElseThrow().isDeleted())
                .isTrue();
    }
}
