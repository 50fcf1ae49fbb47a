package io.nestcms.cms.project;

import io.nestcms.cms.record.Position;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A project as it was recorded at one moment.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @param id our name for it
 * @param plan what it is about
 * @param status where it stands
 * @param steps up to 200, in their order
 * @param designs up to 100 files, oldest first
 * @param notes up to 500, oldest first
 * @param version counts the writes, from 1
 * @param createdAt when it was planned
 * @param updatedAt when it was last written
 * @since 0.1
 */
public record Project(
        ProjectId id,
        ProjectPlan plan,
        ProjectStatus status,
        List<Step> steps,
        List<Design> designs,
        List<Note> notes,
        long version,
        Instant createdAt,
        Instant updatedAt) {
    /**
     * Checks that nothing is missing, and copies the lists.
     *
     * @param id our name for it
     * @param plan what it is about
     * @param status where it stands
     * @param steps the steps
     * @param designs the files
     * @param notes the notes
     * @param version counts the writes
     * @param createdAt when it was planned
     * @param updatedAt when it was last written
     */
    public Project {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(plan, "plan");
        Objects.requireNonNull(status, "status");
        steps = List.copyOf(steps);
        designs = List.copyOf(designs);
        notes = List.copyOf(notes);
        Objects.requireNonNull(createdAt, "createdAt");
        Objects.requireNonNull(updatedAt, "updatedAt");
    }

    static Project planned(ProjectId id, ProjectPlan plan, Instant now) {
        return new Project(id, plan, ProjectStatus.PLANNED, List.of(), List.of(), List.of(), 1, now, now);
    }

    Project with(ProjectPlan newPlan, Instant now) {
        return new Project(id, newPlan, status, steps, designs, notes, version + 1, createdAt, now);
    }

    Project in(ProjectStatus next, Instant now) {
        return new Project(id, plan, next, steps, designs, notes, version + 1, createdAt, now);
    }

    Project withSteps(List<Step> all, Instant now) {
        return new Project(id, plan, status, all, designs, notes, version + 1, createdAt, now);
    }

    Project withDesigns(List<Design> all, Instant now) {
        return new Project(id, plan, status, steps, all, notes, version + 1, createdAt, now);
    }

    Project withNotes(List<Note> all, Instant now) {
        return new Project(id, plan, status, steps, designs, all, version + 1, createdAt, now);
    }

    /**
     * A file of the project.
     *
     * @param fileId its key in the storage
     * @return empty when the project has no such file
     */
    public Optional<Design> design(String fileId) {
        return designs.stream().filter(design -> design.fileId().equals(fileId)).findFirst();
    }

    /**
     * Where the page behind this project begins.
     *
     * @return its place among all projects
     */
    public Position position() {
        return new Position(createdAt, id.value());
    }
}
