package io.nestcms.cms.project;

import io.nestcms.cms.outbox.Notice;
import io.nestcms.cms.outbox.Notices;
import java.util.List;
import java.util.Optional;

/**
 * Where projects are kept: a port. State and the events that tell of it go into one write.
 *
 * <p>Implementations are safe for use by many threads and many nodes and pass {@code ProjectStoreContract}.
 *
 * @since 0.1
 */
public interface ProjectStore {
    /**
     * Puts a new project on record.
     *
     * @param project the project, of version 1
     * @param notices the events that tell of it, in the same write
     * @return false, with nothing written, when the id is taken
     */
    boolean insert(Project project, List<Notice<ProjectEvent>> notices);

    /**
     * Replaces a project if the record is still of the version before.
     *
     * @param project the project, one version on
     * @param notices the events that tell of the change, in the same write; put behind those that wait
     * @return false, with nothing written, when somebody else was faster
     */
    boolean replace(Project project, List<Notice<ProjectEvent>> notices);

    /**
     * A project by its id.
     *
     * @param id its id
     * @return the latest record, or empty when there is none
     */
    Optional<Project> find(ProjectId id);

    /**
     * A page of projects.
     *
     * @param query which
     * @return newest first
     */
    List<Project> list(ProjectQuery query);

    /**
     * The events of these projects.
     *
     * @return the outbox over the same records
     */
    Notices<ProjectEvent> outbox();
}
