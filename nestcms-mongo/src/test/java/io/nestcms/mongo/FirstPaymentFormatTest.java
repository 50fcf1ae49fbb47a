package io.nestcms.mongo;

import static io.nestcms.payment.contract.Samples.dueAt;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.client.MongoCollection;
import io.nestcms.cms.contract.ContractStatement;
import io.nestcms.cms.contract.PaymentLine;
import io.nestcms.cms.contract.contract.ContractSamples;
import io.nestcms.cms.earning.PlainTurnover;
import io.nestcms.cms.earning.Turnover;
import io.nestcms.money.Money;
import io.nestcms.payment.AttemptState;
import io.nestcms.payment.CartId;
import io.nestcms.payment.FollowUp;
import io.nestcms.payment.FollowUpState;
import io.nestcms.payment.LedgerEntry;
import io.nestcms.payment.Payment;
import io.nestcms.payment.PaymentId;
import io.nestcms.payment.PaymentStatus;
import io.nestcms.payment.TransactionKind;
import io.nestcms.payment.TransactionRef;
import io.nestcms.payment.store.DuePayment;
import io.nestcms.payment.store.EventContent;
import io.nestcms.payment.store.PaymentStore;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Documents as commit 5b98f46 wrote them, one file each with what they come to now. That commit's own code has read every one
 * of them and written it again as it stands.
 */
@ExtendWith(RefusalCheck.class)
class FirstPaymentFormatTest {
    private static final PaymentDocuments DOCUMENTS = new PaymentDocuments(new CustomerFields(null));
    private static final Instant LATER = Instant.parse("2026-11-30T00:00:00Z");

    private final String database = TestMongo.freshDatabase();
    private final NestMongo mongo = NestMongo.using(TestMongo.client(), database);
    private final PaymentStore store = mongo.payments();
    private final MongoCollection<Document> documents =
            TestMongo.client().getDatabase(database).getCollection("payments");

    private static Stream<String> corpus() throws IOException, URISyntaxException {
        URL folder = Objects.requireNonNull(FirstPaymentFormatTest.class.getResource("/first-format"));
        try (Stream<Path> files = Files.list(Path.of(folder.toURI()))) {
            return files.map(file -> file.getFileName().toString()).sorted().toList().stream();
        }
    }

    private static Document file(String name) {
        URL file = Objects.requireNonNull(FirstPaymentFormatTest.class.getResource("/first-format/" + name));
        try {
            return Document.parse(Files.readString(Path.of(file.toURI())));
        } catch (IOException | URISyntaxException unreadable) {
            throw new IllegalStateException(name, unreadable);
        }
    }

    private static Document old(String name) {
        return file(name + ".json").get("document", Document.class);
    }

    private Payment stored(String name) {
        Document document = old(name);
        documents.insertOne(document);
        return store.find(new PaymentId(name)).orElseThrow();
    }

    private List<String> all() throws IOException, URISyntaxException {
        return corpus().map(file -> file.replace(".json", "")).toList();
    }

    @ParameterizedTest
    @MethodSource("corpus")
    void read_oldDocument_comesToWhatItsMovesSay(String name) {
        Document file = file(name);
        Document expected = file.get("expected", Document.class);
        Document old = file.get("document", Document.class);

        Payment payment = DOCUMENTS.payment(old);

        assertThat(payment.status())
                .as(file.getString("what"))
                .isEqualTo(PaymentStatus.valueOf(expected.getString("status")));
        assertThat(payment.taken()).isEqualTo(Money.parse(expected.getString("taken")));
        assertThat(payment.refunded()).isEqualTo(Money.parse(expected.getString("refunded")));
        assertThat(payment.ledger().held()).isEqualTo(Money.parse(expected.getString("held")));
        assertThat(payment.isUndecided()).isEqualTo(expected.getBoolean("undecided"));
        if (expected.containsKey("attempt")) {
            assertThat(payment.attempt().state()).isEqualTo(AttemptState.valueOf(expected.getString("attempt")));
        }
        assertThat(DOCUMENTS.payment(DOCUMENTS.created(payment, List.of())))
                .as("written again")
                .isEqualTo(payment);
        assertThat(DOCUMENTS.payment(DOCUMENTS.created(payment, List.of())).status())
                .isEqualTo(payment.status());
    }

    @ParameterizedTest
    @MethodSource("corpus")
    void replace_oldDocument_isOfTheSecondFormatAndLosesNothing(String file) {
        String name = file.replace(".json", "");
        Payment before = stored(name);
        Payment next = dueAt(before, LATER);

        assertThat(store.replace(next, List.of())).isTrue();

        assertThat(store.find(next.id())).contains(next);
        Document written = Objects.requireNonNull(documents.find().first());
        assertThat(written).containsEntry("v", 2).doesNotContainKeys("gateway", "disputed");
        assertThat(written.getString("status")).isEqualTo(next.status().name());
        assertThat(written.get("outbox")).isEqualTo(old(name).get("outbox"));
        assertThat(next.history()).isEqualTo(before.history());
        assertThat(mongo.upgradePayments(10)).isZero();
    }

    @Test
    void upgrade_all_changesNothingThatTheySay_andIsDoneOnce() throws Exception {
        List<Payment> before = new ArrayList<>();
        for (String name : all()) {
            before.add(stored(name));
        }
        documents.insertOne(old("created")
                .append("_id", "damaged")
                .append("cartId", "d")
                .append("key", "d")
                .append("order", 7));

        assertThat(mongo.upgradePayments(7)).isEqualTo(before.size());
        assertThat(mongo.upgradePayments(7)).isZero();

        for (Payment payment : before) {
            assertThat(store.find(payment.id())).contains(payment);
        }
        assertThat(documents.countDocuments(new Document("v", 1))).isEqualTo(1);
        assertThat(store.outbox().backlog().payments()).isEqualTo(1);
        assertThatThrownBy(() -> mongo.upgradePayments(0)).hasMessageContaining("batch");
        assertThatThrownBy(() -> mongo.upgradePayments(10_001)).hasMessageContaining("batch");
    }

    /** Before and after the upgrade alike. */
    @Test
    void queries_oldDocuments_areFoundAndClaimed() throws Exception {
        List<Payment> all = new ArrayList<>();
        for (String name : all()) {
            all.add(stored(name));
        }
        for (int round = 0; round < 2; round++) {
            assertThat(store.findByCart(new CartId("cart-captured_in_parts")))
                    .map(Payment::id)
                    .contains(new PaymentId("captured_in_parts"));
            assertThat(store.undecided(100))
                    .containsExactlyInAnyOrderElementsOf(
                            all.stream().filter(Payment::isUndecided).toList());
            assertThat(store.undecided(2)).hasSize(2);
            List<Payment> due =
                    all.stream().filter(it -> it.watch().checkAt() != null).toList();
            assertThat(store.backlog(LATER, 100).payments()).isEqualTo(due.size());
            assertThat(store.claimDue(false, LATER.plusSeconds(round), Duration.ofMillis(1), 100))
                    .containsExactlyInAnyOrderElementsOf(
                            due.stream().map(DuePayment.Found::new).toList());
            assertThat(store.claimDue(true, LATER, Duration.ofMillis(1), 100)).isEmpty();
            mongo.upgradePayments(100);
        }
    }

    @ParameterizedTest
    @MethodSource("corpus")
    void findByReference_oldDocument_isFoundByEachOfItsReferences(String file) {
        Payment payment = stored(file.replace(".json", ""));

        for (int round = 0; round < 2; round++) {
            for (TransactionRef ref : payment.refs()) {
                assertThat(store.findByReference(ref)).as(ref.value()).contains(payment);
            }
            assertThat(store.findByReference(new TransactionRef("TST0"))).isEmpty();
            mongo.upgradePayments(1);
        }
    }

    @Test
    void sums_oldDocuments_countNothingThatWasVoided() {
        Instant created = stored("succeeded").revision().createdAt();
        stored("voided_sale");
        mongo.contracts().insert(ContractSamples.draft("contract-1", "org", created));
        YearMonth month = YearMonth.of(2025, 11);
        for (int round = 0; round < 2; round++) {
            ContractStatement statement = mongo.contracts()
                    .statement(new io.nestcms.cms.contract.ContractId("contract-1"))
                    .orElseThrow();
            assertThat(statement.paid()).isEqualTo(Money.parse("KWD 250.000"));
            assertThat(statement.payments())
                    .extracting(PaymentLine::taken)
                    .containsExactlyInAnyOrder(Money.parse("KWD 250.000"), Money.parse("KWD 0.000"));
            List<Turnover> turnover = mongo.turnover().turnover(month, month);
            assertThat(turnover)
                    .singleElement()
                    .satisfies(it -> assertThat(it.taken()).isEqualTo(Money.parse("KWD 250.000")));
            assertThat(turnover).isEqualTo(new PlainTurnover(store, mongo.contracts()).turnover(month, month));
            mongo.upgradePayments(10);
        }
    }

    @Test
    void followUps_open_areLeftToAPerson_sinceTheirOwnCartProvesNothing() {
        for (String name : List.of("refund_unknown", "refund_sending")) {
            FollowUp open = DOCUMENTS.payment(old(name)).followUps().get(0);

            assertThat(open.cartId()).isEqualTo(CartId.ofFollowUp(new PaymentId(name), 1));
            assertThat(open.undecided()).isTrue();
            assertThat(open.in(FollowUpState.UNKNOWN).underWayUntil())
                    .as("no absence is ever long enough")
                    .isAfter(Instant.parse("2199-01-01T00:00:00Z"));
        }
        assertThat(DOCUMENTS.payment(old("refund_pending")).followUps().get(0).undecided())
                .isFalse();
    }

    @Test
    void entries_followUps_hangUnderWhatTheyFollow() {
        Payment payment = DOCUMENTS.payment(old("captured_and_refunded"));

        assertThat(payment.entries())
                .extracting(LedgerEntry::parent)
                .containsExactly(
                        null, new TransactionRef("TST1"), new TransactionRef("TST1"), new TransactionRef("TST2"));
        assertThat(DOCUMENTS
                        .payment(old("refund_in_dashboard"))
                        .entries()
                        .get(1)
                        .parent())
                .isEqualTo(new TransactionRef("TST1"));
        assertThat(DOCUMENTS
                        .payment(old("second_of_two_voided"))
                        .entries()
                        .get(2)
                        .parent())
                .isNull();
    }

    /** An order is told as paid once, also over the upgrade. */
    @Test
    void read_documentThatDoesNotSayWhenItWasPaid_takesItFromTheHistory() {
        Payment refunded = DOCUMENTS.payment(old("refunded_then_charged_again"));
        Document second = DOCUMENTS.created(DOCUMENTS.payment(old("succeeded")), List.of());
        second.remove("paidAt");

        assertThat(refunded.paidAt())
                .isNotNull()
                .isEqualTo(refunded.history().stream()
                        .filter(it -> it.status() == PaymentStatus.SUCCEEDED)
                        .findFirst()
                        .orElseThrow()
                        .at());
        assertThat(DOCUMENTS.payment(second).paidAt()).isEqualTo(Instant.parse("2025-11-25T12:01:00.123456Z"));
        assertThat(DOCUMENTS.payment(old("captured_in_parts")).paidAt()).isNull();
        assertThat(DOCUMENTS.payment(old("failed_declined")).paidAt()).isNull();
        Payment never = Payment.builder(refunded.id(), refunded.order(), refunded.claim())
                .attempts(refunded.attempts())
                .history(refunded.history())
                .revision(refunded.revision())
                .build();
        assertThat(DOCUMENTS.payment(DOCUMENTS.created(never, List.of())).paidAt())
                .as("what is on record is not guessed")
                .isNull();
    }

    @ParameterizedTest
    @MethodSource("corpus")
    void read_waitingEventsOfAnOldDocument_areAllKnown(String name) {
        Document old = file(name).get("document", Document.class);

        assertThat(old.getList("outbox", Document.class))
                .allSatisfy(stored -> assertThat(EventDocuments.waiting(new PaymentId(old.getString("_id")), stored)
                                .content())
                        .isInstanceOf(EventContent.Known.class));
    }

    @ParameterizedTest
    @MethodSource("corpus")
    void read_damagedOldDocument_isRefusedByName(String name) {
        for (String field : List.of("status", "order", "moves", "followUps", "history", "disputed", "createdAt")) {
            Document damaged = file(name).get("document", Document.class).append(field, 7.5);
            if (field.equals("createdAt")) {
                damaged.append(field, "SECRET");
            }
            assertThatThrownBy(() -> DOCUMENTS.payment(damaged))
                    .as(field)
                    .isInstanceOf(NestMongoException.class)
                    .hasMessageContaining("payments/" + damaged.getString("_id"))
                    .hasMessageNotContaining("SECRET");
        }
    }

    private static int sum(FirstFormatModel old, TransactionKind... kinds) {
        return old.transactions().stream()
                .filter(it -> List.of(kinds).contains(it.kind()))
                .mapToInt(FirstFormatModel.Move::amount)
                .sum();
    }

    private static int taken(FirstFormatModel old) {
        return sum(old, TransactionKind.SALE, TransactionKind.PAYMENT_REQUEST, TransactionKind.CAPTURE);
    }

    /** What the old status says, where the moves of money do not say otherwise. */
    private static boolean agrees(FirstFormatModel old) {
        List<FirstFormatModel.Move> roots =
                old.transactions().stream().filter(it -> it.kind().isPayment()).toList();
        int taken = taken(old);
        int undone = sum(old, TransactionKind.VOID) + sum(old, TransactionKind.RELEASE);
        int refunded = sum(old, TransactionKind.REFUND);
        boolean one = roots.size() == 1;
        return switch (old.status) {
            case SUCCEEDED -> one && undone == 0 && refunded == 0;
            case CAPTURED -> one && refunded == 0;
            case PARTIALLY_REFUNDED, REFUNDED ->
                one && (old.holds || undone == 0) && (refunded >= taken) == (old.status == PaymentStatus.REFUNDED);
            case AUTHORIZED -> one && taken == 0 && undone < FirstFormatModel.AMOUNT;
            case VOIDED -> {
                boolean whole = one
                        && taken - (old.holds ? 0 : FirstFormatModel.AMOUNT) == 0
                        && old.transactions().stream()
                                .anyMatch(it -> it.ref().equals(old.cause)
                                        && (it.kind().isPayment() || it.amount() == FirstFormatModel.AMOUNT));
                yield whole || (roots.isEmpty() && taken == 0 && old.linked != null);
            }
            case EXPIRED ->
                taken == 0 && (roots.isEmpty() || (one && roots.get(0).ref().equals(old.cause)));
            default -> taken == 0 && roots.isEmpty();
        };
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void read_anyRecordOfTheOldCode_keepsItsStatusSumsAndReferences(long seed) {
        Random random = new Random(seed);
        Map<PaymentStatus, Integer> agreeing = new EnumMap<>(PaymentStatus.class);
        int all = 0;
        for (int n = 0; n < 200; n++) {
            FirstFormatModel old = new FirstFormatModel(random);
            for (int step = random.nextInt(14); step >= 0; step--) {
                old.step();
                Payment payment = DOCUMENTS.payment(copy(old.document("p" + n)));
                check(old, payment);
                all++;
                if (agrees(old)) {
                    agreeing.merge(old.status, 1, Integer::sum);
                }
            }
        }
        assertThat(agreeing).as("each status was tried").containsOnlyKeys(PaymentStatus.values());
        assertThat(agreeing.values().stream().mapToInt(it -> it).sum())
                .as("most records agree with themselves")
                .isGreaterThan(all * 6 / 10);
    }

    private static Document copy(Document document) {
        return Document.parse(document.toJson());
    }

    private static void check(FirstFormatModel old, Payment payment) {
        Supplier<String> what = () -> old.document("x").toJson();
        if (agrees(old)) {
            assertThat(payment.status()).as(what).isEqualTo(old.status);
        }
        int undone = sum(old, TransactionKind.VOID) + sum(old, TransactionKind.RELEASE);
        boolean toldAsVoided = old.status == PaymentStatus.VOIDED;
        if (!toldAsVoided && (old.holds || undone == 0)) {
            assertThat(payment.taken()).as(what).isEqualTo(dinars(taken(old)));
        } else if (agrees(old)) {
            assertThat(payment.taken()).as(what).isEqualTo(dinars(0));
        } else {
            assertThat(payment.taken()).as(what).isBetween(dinars(0), dinars(taken(old)));
        }
        assertThat(payment.refunded()).as(what).isEqualTo(dinars(sum(old, TransactionKind.REFUND)));

        assertThat(payment.refs())
                .as(what)
                .containsAll(old.transactions().stream()
                        .map(it -> new TransactionRef(it.ref()))
                        .toList())
                .containsAll(old.disputed.stream().map(TransactionRef::new).toList());
        for (FirstFormatModel.Move move : old.transactions()) {
            assertThat(payment.ledger().entry(new TransactionRef(move.ref())))
                    .as(what)
                    .hasValueSatisfying(entry -> assertThat(entry.moved()).isEqualTo(dinars(move.amount())));
        }
        assertThat(payment.entries().stream().filter(LedgerEntry::isApproved))
                .as(what)
                .allMatch(entry -> old.transactions().stream()
                        .anyMatch(it -> it.ref().equals(entry.ref().value()) && it.kind() == entry.kind()));
        assertThat(payment.followUps()).hasSameSizeAs(old.followUps);
        assertThat(DOCUMENTS.payment(copy(DOCUMENTS.created(payment, List.of()))))
                .as(what)
                .isEqualTo(payment);
    }

    private static Money dinars(int amount) {
        return Money.parse("KWD " + amount + ".000");
    }
}
