package io.nestcms.cms.project;

import io.nestcms.cms.outbox.Notice;
import io.nestcms.cms.project.ProjectEvent.DesignAdded;
import io.nestcms.cms.project.ProjectEvent.ProjectPlanned;
import io.nestcms.cms.project.ProjectEvent.ProjectRevised;
import io.nestcms.cms.project.ProjectEvent.ProjectStatusChanged;
import io.nestcms.cms.project.ProjectEvent.StepDone;
import io.nestcms.cms.record.Edit;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Plans projects and moves them along: the entry of this package.
 *
 * <p>Every change takes the version that it was made from, or {@code null} for any: who looked at an older one changes nothing. Safe
 * for use by many threads and on many nodes; of two acts at once one is judged after the other.
 *
 * @since 0.1
 */
public final class Projects {
    private static final int MOST_STEPS = 200;
    private static final int MOST_DESIGNS = 100;
    private static final int MOST_NOTES = 500;
    /** So often a change is judged again after somebody else was faster. */
    private static final int TRIES = 50;

    private final ProjectStore store;
    private final Clock clock;

    /** What a change makes of a project. */
    private record Next(Project project, ProjectEvent event) {}

    /**
     * Projects over a store.
     *
     * @param store where they are kept
     * @param clock tells the present
     */
    public Projects(ProjectStore store, Clock clock) {
        this.store = Objects.requireNonNull(store, "store");
        this.clock = Objects.requireNonNull(clock, "clock");
    }

    /**
     * Plans a project.
     *
     * @param plan what it is about
     * @return the project
     */
    public Project plan(ProjectPlan plan) {
        Project project;
        do {
            ProjectId id = new ProjectId(UUID.randomUUID().toString());
            project = Project.planned(id, plan, clock.instant());
        } while (!store.insert(project, notices(project, new ProjectPlanned(project.id(), project.createdAt()))));
        return project;
    }

    /**
     * Changes the plan. Not after the end.
     *
     * @param id the project
     * @param plan the new plan
     * @param version the version that was looked at, or {@code null} for any
     * @return done, or why not
     */
    public Edit<Project> revise(ProjectId id, ProjectPlan plan, @Nullable Long version) {
        return work(id, version, project -> revised(project.with(plan, clock.instant())));
    }

    /**
     * Moves a project along.
     *
     * @param id the project
     * @param action what is done with it
     * @param version the version that was looked at, or {@code null} for any
     * @return done, or why not
     */
    public Edit<Project> act(ProjectId id, ProjectAction action, @Nullable Long version) {
        return change(id, version, project -> {
            Optional<ProjectStatus> next = project.status().after(action);
            if (next.isEmpty()) {
                return new Edit.Refused<>(
                        "move-not-legal", action + " is not legal for a project that is " + project.status());
            }
            long open = project.steps().stream()
                    .filter(step -> step.doneAt() == null)
                    .count();
            if (action == ProjectAction.COMPLETE && open > 0) {
                return new Edit.Refused<>("steps-open", open + " steps are not done");
            }
            Instant now = clock.instant();
            return new Edit.Done<>(new Next(
                    project.in(next.get(), now), new ProjectStatusChanged(id, now, project.status(), next.get())));
        });
    }

    /**
     * Adds a step behind the others.
     *
     * @param id the project
     * @param title 1 to 200 characters
     * @param dueOn by when, or {@code null}
     * @param version the version that was looked at, or {@code null} for any
     * @return done, or why not
     * @throws io.nestcms.failure.InvalidInputException if the title is of another form
     */
    public Edit<Project> addStep(ProjectId id, String title, @Nullable LocalDate dueOn, @Nullable Long version) {
        Step step = new Step(UUID.randomUUID().toString(), title, dueOn, null);
        return work(
                id,
                version,
                project -> project.steps().size() >= MOST_STEPS
                        ? new Edit.Refused<>("too-many-steps", "a project has at most " + MOST_STEPS + " steps")
                        : revised(project.withSteps(and(project.steps(), step), clock.instant())));
    }

    /**
     * Marks a step as done, or as not done. Repeatable.
     *
     * @param id the project
     * @param stepId the step
     * @param done whether it is done
     * @param version the version that was looked at, or {@code null} for any
     * @return done, or why not
     */
    public Edit<Project> markStep(ProjectId id, String stepId, boolean done, @Nullable Long version) {
        return work(id, version, project -> {
            Optional<Step> found = project.steps().stream()
                    .filter(step -> step.id().equals(stepId))
                    .findFirst();
            if (found.isEmpty()) {
                return new Edit.Refused<>("no-such-step", "the project has no such step");
            }
            Instant now = clock.instant();
            Step before = found.get();
            if (done == (before.doneAt() != null)) {
                return new Edit.Done<>(new Next(project, new ProjectRevised(id, now)));
            }
            Step after = new Step(before.id(), before.title(), before.dueOn(), done ? now : null);
            List<Step> steps = project.steps().stream()
                    .map(step -> step.id().equals(stepId) ? after : step)
                    .toList();
            Project next = project.withSteps(steps, now);
            return done ? new Edit.Done<>(new Next(next, new StepDone(id, now, stepId))) : revised(next);
        });
    }

    /**
     * Takes a step away. Repeatable.
     *
     * @param id the project
     * @param stepId the step
     * @param version the version that was looked at, or {@code null} for any
     * @return done, or why not
     */
    public Edit<Project> removeStep(ProjectId id, String stepId, @Nullable Long version) {
        return work(
                id,
                version,
                project -> revised(project.withSteps(
                        without(project.steps(), step -> step.id().equals(stepId)), clock.instant())));
    }

    /**
     * Adds a file that is in the storage.
     *
     * @param id the project
     * @param design the file
     * @param version the version that was looked at, or {@code null} for any
     * @return done, or why not
     */
    public Edit<Project> addDesign(ProjectId id, Design design, @Nullable Long version) {
        return work(id, version, project -> {
            if (project.designs().size() >= MOST_DESIGNS) {
                return new Edit.Refused<>("too-many-designs", "a project has at most " + MOST_DESIGNS + " designs");
            }
            Instant now = clock.instant();
            return new Edit.Done<>(new Next(
                    project.withDesigns(and(project.designs(), design), now),
                    new DesignAdded(id, now, design.fileId())));
        });
    }

    /**
     * Takes a file off the project; the storage is the caller's. Repeatable.
     *
     * @param id the project
     * @param fileId the key of the file
     * @param version the version that was looked at, or {@code null} for any
     * @return done, or why not
     */
    public Edit<Project> removeDesign(ProjectId id, String fileId, @Nullable Long version) {
        return work(
                id,
                version,
                project -> revised(project.withDesigns(
                        without(project.designs(), design -> design.fileId().equals(fileId)), clock.instant())));
    }

    /**
     * Adds a note, also after the end.
     *
     * @param id the project
     * @param text 1 to 4,000 characters
     * @param by who notes it
     * @return done, or why not
     * @throws io.nestcms.failure.InvalidInputException if the text is of another form
     */
    public Edit<Project> note(ProjectId id, String text, String by) {
        Note note = new Note(text, by, clock.instant());
        return change(
                id,
                null,
                project -> project.notes().size() >= MOST_NOTES
                        ? new Edit.Refused<>("too-many-notes", "a project has at most " + MOST_NOTES + " notes")
                        : revised(project.withNotes(and(project.notes(), note), clock.instant())));
    }

    private static Edit<Next> revised(Project next) {
        return new Edit.Done<>(new Next(next, new ProjectRevised(next.id(), next.updatedAt())));
    }

    private static <T> List<T> and(List<T> all, T one) {
        List<T> more = new ArrayList<>(all);
        more.add(one);
        return more;
    }

    private static <T> List<T> without(List<T> all, Predicate<T> gone) {
        return all.stream().filter(gone.negate()).toList();
    }

    private Edit<Project> work(ProjectId id, @Nullable Long version, Function<Project, Edit<Next>> rule) {
        return change(
                id,
                version,
                project -> project.status().isOver()
                        ? new Edit.Refused<>("project-over", "the project is " + project.status())
                        : rule.apply(project));
    }

    private Edit<Project> change(ProjectId id, @Nullable Long version, Function<Project, Edit<Next>> rule) {
        for (int tries = 0; tries < TRIES; tries++) {
            Optional<Project> found = store.find(id);
            if (found.isEmpty()) {
                return new Edit.NotFound<>();
            }
            Project before = found.get();
            if (version != null && version != before.version()) {
                return new Edit.Changed<>(before);
            }
            Edit<Next> judged = rule.apply(before);
            if (judged instanceof Edit.Refused<Next> refused) {
                return new Edit.Refused<>(refused.code(), refused.rule());
            }
            Next next = ((Edit.Done<Next>) judged).record();
            if (next.project().version() == before.version()
                    || store.replace(next.project(), notices(next.project(), next.event()))) {
                return new Edit.Done<>(next.project());
            }
        }
        throw new IllegalStateException("project " + id + " is written by others all the time; try again later");
    }

    private static List<Notice<ProjectEvent>> notices(Project project, ProjectEvent event) {
        return Notice.ofVersion(project.id().value(), project.version(), project.updatedAt(), List.of(event));
    }
}
