package io.nestcms.cms.project;

import static io.nestcms.cms.project.contract.ProjectSamples.NOON;
import static io.nestcms.cms.project.contract.ProjectSamples.plan;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nestcms.cms.outbox.NoticeRelay;
import io.nestcms.cms.project.ProjectEvent.ProjectPlanned;
import io.nestcms.cms.project.ProjectEvent.ProjectStatusChanged;
import io.nestcms.cms.project.ProjectEvent.StepDone;
import io.nestcms.cms.project.contract.ProjectStoreContract;
import io.nestcms.cms.record.Edit;
import io.nestcms.event.EventBus;
import io.nestcms.failure.InvalidInputException;
import java.time.Clock;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProjectsTest {
    private final Clock clock = Clock.fixed(NOON, ZoneOffset.UTC);
    private final ProjectStore store = new InMemoryProjectStore();
    private final Projects projects = new Projects(store, clock);

    @Nested
    class InMemory extends ProjectStoreContract {
        @Override
        protected ProjectStore store() {
            return store;
        }
    }

    private static Project done(Edit<Project> edit) {
        return edit.fold(
                Edit.Done::record,
                none -> {
                    throw new AssertionError("not found");
                },
                changed -> {
                    throw new AssertionError("changed");
                },
                refused -> {
                    throw new AssertionError(refused.rule());
                });
    }

    @Test
    void project_fromPlanToEnd_needsEveryStepDone() {
        ProjectId id = projects.plan(plan("org")).id();
        Project drawn = done(projects.addStep(id, "Draw", LocalDate.parse("2026-12-24"), null));
        String step = drawn.steps().get(0).id();
        done(projects.act(id, ProjectAction.START, null));

        assertThat(projects.act(id, ProjectAction.COMPLETE, null))
                .isEqualTo(new Edit.Refused<>("steps-open", "1 steps are not done"));
        assertThat(done(projects.markStep(id, step, true, null)).steps().get(0).doneAt())
                .isEqualTo(NOON);
        long version = store.find(id).orElseThrow().version();
        assertThat(done(projects.markStep(id, step, true, null)).version())
                .as("again changes nothing")
                .isEqualTo(version);
        assertThat(done(projects.act(id, ProjectAction.COMPLETE, null)).status())
                .isEqualTo(ProjectStatus.COMPLETED);
        assertThat(projects.addStep(id, "More", null, null))
                .isEqualTo(new Edit.Refused<>("project-over", "the project is COMPLETED"));
        assertThat(done(projects.note(id, "Well done", "e1")).notes()).hasSize(1);
    }

    @Test
    void change_fromAnOlderVersion_changesNothing() {
        Project planned = projects.plan(plan("org"));
        Project held = done(projects.act(planned.id(), ProjectAction.START, planned.version()));

        assertThat(projects.revise(planned.id(), plan("other"), planned.version()))
                .isEqualTo(new Edit.Changed<>(held));
        assertThat(projects.act(planned.id(), ProjectAction.CANCEL, planned.version()))
                .isEqualTo(new Edit.Changed<>(held));
        assertThat(store.find(planned.id())).contains(held);
        assertThat(projects.act(new ProjectId("none"), ProjectAction.START, null))
                .isEqualTo(new Edit.NotFound<>());
    }

    @Test
    void moves_table_isAsDrawn() {
        List<String> legal = new ArrayList<>();
        for (ProjectStatus from : ProjectStatus.values()) {
            for (ProjectAction action : ProjectAction.values()) {
                from.after(action).ifPresent(to -> legal.add(from + " " + action + " " + to));
            }
        }

        assertThat(legal)
                .containsExactly(
                        "PLANNED START ACTIVE",
                        "PLANNED CANCEL CANCELLED",
                        "ACTIVE HOLD ON_HOLD",
                        "ACTIVE COMPLETE COMPLETED",
                        "ACTIVE CANCEL CANCELLED",
                        "ON_HOLD RESUME ACTIVE",
                        "ON_HOLD CANCEL CANCELLED");
    }

    @Test
    void events_areDeliveredInOrder() {
        ProjectId id = projects.plan(plan("org")).id();
        String step =
                done(projects.addStep(id, "Draw", null, null)).steps().get(0).id();
        done(projects.act(id, ProjectAction.START, null));
        done(projects.markStep(id, step, true, null));
        EventBus bus = EventBus.builder().build();
        List<ProjectEvent> heard = new ArrayList<>();
        bus.subscribe(ProjectEvent.class, heard::add);

        new NoticeRelay<>(store.outbox(), bus, clock).run();

        assertThat(heard)
                .hasSize(4)
                .startsWith(new ProjectPlanned(id, NOON))
                .endsWith(
                        new ProjectStatusChanged(id, NOON, ProjectStatus.PLANNED, ProjectStatus.ACTIVE),
                        new StepDone(id, NOON, step));
        bus.close();
    }

    @Test
    void lists_haveAnEnd() {
        ProjectId id = projects.plan(plan("org")).id();
        for (int n = 0; n < 200; n++) {
            done(projects.addStep(id, "Step " + n, null, null));
        }
        for (int n = 0; n < 100; n++) {
            done(projects.addDesign(id, new Design("f" + n, "a.png", "image/png", 1, "e1", NOON), null));
        }

        assertThat(projects.addStep(id, "One more", null, null)).isInstanceOf(Edit.Refused.class);
        assertThat(projects.addDesign(id, new Design("f", "a.png", "image/png", 1, "e1", NOON), null))
                .isInstanceOf(Edit.Refused.class);
        assertThat(done(projects.removeDesign(id, "f7", null)).design("f7")).isEmpty();
        assertThat(done(projects.removeStep(id, "none", null)).steps()).hasSize(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", " ", "a\u0000b", "a\nb", "pay \u202E001", "\u2066x", "lone \uD800", "tail \uDC00", "x\uFFFE"
            })
    void title_thatNobodyCanRead_isRefusedByName(String title) {
        assertThatThrownBy(() -> new ProjectPlan(title, "", "org", null, null, List.of(), null, null))
                .isInstanceOfSatisfying(
                        InvalidInputException.class,
                        refused -> assertThat(refused.field()).isEqualTo("title"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"مشروع", "プロジェクト", "Проект №1", "👩‍🎨 site", "é"})
    void title_inAnyScript_isTaken(String title) {
        assertThat(projects.plan(new ProjectPlan(title, "", "org", null, null, List.of(), null, null))
                        .plan()
                        .title())
                .isEqualTo(title);
    }

    @Test
    void plan_thatDoesNotAddUp_isRefused() {
        LocalDate day = LocalDate.parse("2026-12-24");
        assertThatThrownBy(() -> new ProjectPlan("T", "", "o", null, null, List.of("e", "e"), null, null))
                .hasMessageContaining("each once");
        assertThatThrownBy(() -> new ProjectPlan("T", "", "o", null, null, List.of(), day, day.minusDays(1)))
                .hasMessageContaining("endsOn");
    }
}
