package io.nestcms.cms.project;

import java.util.Map;
import java.util.Optional;

/**
 * Where a project stands, with the one table of legal moves.
 *
 * @since 0.1
 */
public enum ProjectStatus {
    /** Not begun. */
    PLANNED,
    /** Being worked on. */
    ACTIVE,
    /** Resting. */
    ON_HOLD,
    /** Done. */
    COMPLETED,
    /** Ended before its time. */
    CANCELLED;

    private static final Map<ProjectStatus, Map<ProjectAction, ProjectStatus>> MOVES = Map.of(
            PLANNED, Map.of(ProjectAction.START, ACTIVE, ProjectAction.CANCEL, CANCELLED),
            ACTIVE,
                    Map.of(
                            ProjectAction.HOLD,
                            ON_HOLD,
                            ProjectAction.COMPLETE,
                            COMPLETED,
                            ProjectAction.CANCEL,
                            CANCELLED),
            ON_HOLD, Map.of(ProjectAction.RESUME, ACTIVE, ProjectAction.CANCEL, CANCELLED),
            COMPLETED, Map.of(),
            CANCELLED, Map.of());

    /**
     * Where an action leads.
     *
     * @param action the action
     * @return the next status, or empty when the action is not legal here
     */
    public Optional<ProjectStatus> after(ProjectAction action) {
        return Optional.ofNullable(MOVES.getOrDefault(this, Map.of()).get(action));
    }

    /**
     * Whether the project has ended, so that nothing of it changes any more but its notes.
     *
     * @return true for {@link #COMPLETED} and {@link #CANCELLED}
     */
    public boolean isOver() {
        return this == COMPLETED || this == CANCELLED;
    }
}
