package io.nestcms.cms.project.contract;

import static io.nestcms.cms.project.contract.ProjectSamples.NOON;
import static io.nestcms.cms.project.contract.ProjectSamples.project;
import static org.assertj.core.api.Assertions.assertThat;

import io.nestcms.cms.outbox.Notice;
import io.nestcms.cms.outbox.NoticeClaim;
import io.nestcms.cms.project.Project;
import io.nestcms.cms.project.ProjectEvent;
import io.nestcms.cms.project.ProjectEvent.DesignAdded;
import io.nestcms.cms.project.ProjectEvent.ProjectPlanned;
import io.nestcms.cms.project.ProjectEvent.ProjectRevised;
import io.nestcms.cms.project.ProjectEvent.ProjectStatusChanged;
import io.nestcms.cms.project.ProjectEvent.StepDone;
import io.nestcms.cms.project.ProjectId;
import io.nestcms.cms.project.ProjectPlan;
import io.nestcms.cms.project.ProjectQuery;
import io.nestcms.cms.project.ProjectStatus;
import io.nestcms.cms.project.ProjectStore;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What every {@link ProjectStore} does. Extend it with stores that are empty at each test. */
public abstract class ProjectStoreContract {
    /** A store without projects, the same one for all calls within a test. */
    protected abstract ProjectStore store();

    private static Project next(Project before, ProjectPlan plan, ProjectStatus status) {
        return new Project(
                before.id(),
                plan,
                status,
                List.of(),
                before.designs(),
                before.notes(),
                before.version() + 1,
                before.createdAt(),
                before.updatedAt().plusNanos(1));
    }

    private static Notice<ProjectEvent> notice(Project of, ProjectEvent event) {
        return Notice.<ProjectEvent>ofVersion(of.id().value(), of.version(), of.updatedAt(), List.of(event))
                .get(0);
    }

    @Test
    void find_afterInsertAndReplace_givesTheLatest() {
        Project first = project("p1", "org", NOON);
        ProjectPlan bare = new ProjectPlan("T", "", "org", null, null, List.of(), null, null);
        Project second = next(first, bare, ProjectStatus.ACTIVE);

        assertThat(store().insert(first, List.of())).isTrue();
        assertThat(store().find(first.id())).contains(first);
        assertThat(store().insert(first, List.of())).isFalse();
        assertThat(store().replace(second, List.of())).isTrue();
        assertThat(store().replace(second, List.of())).isFalse();
        assertThat(store().find(first.id())).contains(second);
        assertThat(store().find(new ProjectId("other"))).isEmpty();
        assertThat(store().replace(next(project("other", "org", NOON), bare, ProjectStatus.ACTIVE), List.of()))
                .isFalse();
    }

    @Test
    void list_pages_newestFirst() {
        Project one = project("p1", "org", NOON);
        Project two = project("p2", "org", NOON);
        Project three = project("p3", "other", NOON.plusNanos(1));
        List.of(one, two, three).forEach(each -> store().insert(each, List.of()));
        ProjectQuery all = ProjectQuery.newest(2);

        assertThat(store().list(all)).containsExactly(three, two);
        assertThat(store().list(all.after(two.position()))).containsExactly(one);
        assertThat(store().list(all.ofOrganisation("org"))).containsExactly(two, one);
        assertThat(store().list(all.in(ProjectStatus.ACTIVE))).isEmpty();
        assertThat(store().list(all.ofWorker("e2").ofOrganisation("other"))).containsExactly(three);
        assertThat(store().list(all.ofWorker("nobody"))).isEmpty();
        assertThat(store().list(all.ofClient("client-1"))).hasSize(2);
    }

    @Test
    void events_everyKind_comeBackAsTheyWere() {
        Project first = project("p1", "org", NOON);
        List<ProjectEvent> events = List.of(
                new ProjectPlanned(first.id(), NOON),
                new ProjectRevised(first.id(), NOON),
                new ProjectStatusChanged(first.id(), NOON, ProjectStatus.PLANNED, ProjectStatus.ACTIVE),
                new StepDone(first.id(), NOON, "s1"),
                new DesignAdded(first.id(), NOON, "f1"));
        store().insert(first, Notice.ofVersion("p1", 1, NOON, events));

        Optional<NoticeClaim<ProjectEvent>> claim = store().outbox().claim(NOON, Duration.ofSeconds(9));

        assertThat(claim.orElseThrow().notices()).extracting(Notice::event).isEqualTo(events);
        assertThat(claim.get().notices()).extracting(Notice::id).startsWith("p1/1", "p1/1/1");
    }

    @Test
    void write_refused_leavesNoEvent() {
        Project first = project("p1", "org", NOON);
        store().insert(first, List.of());
        Project late =
                new Project(first.id(), first.plan(), first.status(), List.of(), List.of(), List.of(), 7, NOON, NOON);

        assertThat(store().insert(first, List.of(notice(first, new ProjectPlanned(first.id(), NOON)))))
                .isFalse();
        assertThat(store().replace(late, List.of(notice(late, new ProjectRevised(first.id(), NOON)))))
                .isFalse();
        assertThat(store().outbox().claim(NOON.plusSeconds(9), Duration.ofSeconds(1)))
                .isEmpty();
    }
}
