package io.nestcms.cms.project;

import java.time.Instant;
import java.util.Objects;

/**
 * Something that happened to a project. Recorded in the same write as the change that it tells of, and delivered at least once, in
 * order per project. Holds no personal data and no text.
 *
 * <p>All are immutable and safe for use by many threads.
 *
 * @since 0.1
 */
public sealed interface ProjectEvent {
    /**
     * The project.
     *
     * @return our name for it
     */
    ProjectId projectId();

    /**
     * When it was recorded.
     *
     * @return by the clock of the node that recorded it
     */
    Instant at();

    /**
     * A project was planned.
     *
     * @param projectId the project
     * @param at when it was recorded
     */
    record ProjectPlanned(ProjectId projectId, Instant at) implements ProjectEvent {
        /**
         * Checks that nothing is missing.
         *
         * @param projectId the project
         * @param at when it was recorded
         */
        public ProjectPlanned {
            Objects.requireNonNull(projectId, "projectId");
            Objects.requireNonNull(at, "at");
        }
    }

    /**
     * Its plan, steps, files or notes were changed in another way than the other events tell.
     *
     * @param projectId the project
     * @param at when it was recorded
     */
    record ProjectRevised(ProjectId projectId, Instant at) implements ProjectEvent {
        /**
         * Checks that nothing is missing.
         *
         * @param projectId the project
         * @param at when it was recorded
         */
        public ProjectRevised {
            Objects.requireNonNull(projectId, "projectId");
            Objects.requireNonNull(at, "at");
        }
    }

    /**
     * A project moved along.
     *
     * @param projectId the project
     * @param at when it was recorded
     * @param from where it stood
     * @param to where it stands
     */
    record ProjectStatusChanged(ProjectId projectId, Instant at, ProjectStatus from, ProjectStatus to)
            implements ProjectEvent {
        /**
         * Checks that nothing is missing.
         *
         * @param projectId the project
         * @param at when it was recorded
         * @param from where it stood
         * @param to where it stands
         */
        public ProjectStatusChanged {
            Objects.requireNonNull(projectId, "projectId");
            Objects.requireNonNull(at, "at");
            Objects.requireNonNull(from, "from");
            Objects.requireNonNull(to, "to");
        }
    }

    /**
     * A step was done.
     *
     * @param projectId the project
     * @param at when it was recorded
     * @param stepId the step
     */
    record StepDone(ProjectId projectId, Instant at, String stepId) implements ProjectEvent {
        /**
         * Checks that nothing is missing.
         *
         * @param projectId the project
         * @param at when it was recorded
         * @param stepId the step
         */
        public StepDone {
            Objects.requireNonNull(projectId, "projectId");
            Objects.requireNonNull(at, "at");
            Objects.requireNonNull(stepId, "stepId");
        }
    }

    /**
     * A file was added.
     *
     * @param projectId the project
     * @param at when it was recorded
     * @param fileId its key in the storage
     */
    record DesignAdded(ProjectId projectId, Instant at, String fileId) implements ProjectEvent {
        /**
         * Checks that nothing is missing.
         *
         * @param projectId the project
         * @param at when it was recorded
         * @param fileId its key in the storage
         */
        public DesignAdded {
            Objects.requireNonNull(projectId, "projectId");
            Objects.requireNonNull(at, "at");
            Objects.requireNonNull(fileId, "fileId");
        }
    }
}
