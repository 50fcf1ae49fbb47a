package io.nestcms.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The guide's tables name every card, assumption and switch that there is. */
class GuideTest {
    private static String guide;

    @BeforeAll
    static void read() throws Exception {
        guide = Files.readString(Path.of("../../docs/guides/sandbox.md"));
    }

    @Test
    void everyCard_isInTheTable() {
        assertThat(TestCards.table())
                .allSatisfy(row -> assertThat(guide).contains(row.number().replaceAll("(\\d{4})(?=\\d)", "$1 ")));
    }

    @ParameterizedTest
    @EnumSource
    void everyAssumption_isInTheTable(Assumption assumption) {
        assertThat(guide).contains("`" + assumption + "` |");
    }

    @Test
    void everySwitch_andWhatItTakes_isInTheTable() {
        assertThat(SwitchRequests.NAMES).allSatisfy(name -> assertThat(guide).contains("\"" + name + "\""));
        assertThat(FollowUpListing.values()).allSatisfy(GuideTest::assertNamed);
        assertThat(HoldAfterCapture.values()).allSatisfy(GuideTest::assertNamed);
        assertThat(VoidName.values()).allSatisfy(GuideTest::assertNamed);
    }

    private static void assertNamed(Enum<?> value) {
        assertThat(guide).contains("`" + SwitchRequests.name(value) + "`");
    }
}
