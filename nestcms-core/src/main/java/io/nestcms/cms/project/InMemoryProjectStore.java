package io.nestcms.cms.project;

import io.nestcms.cms.outbox.InMemoryNotices;
import io.nestcms.cms.outbox.Notice;
import io.nestcms.cms.outbox.Notices;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A {@link ProjectStore} in memory: the reference for the contract.
 *
 * <p>Safe for use by many threads: one lock guards all of it.
 *
 * @since 0.1
 */
public final class InMemoryProjectStore implements ProjectStore {
    private final Map<ProjectId, Project> projects = new HashMap<>();
    private final InMemoryNotices<ProjectEvent> outbox = new InMemoryNotices<>();

    /** An empty store. */
    public InMemoryProjectStore() {}

    @Override
    public synchronized boolean insert(Project project, List<Notice<ProjectEvent>> notices) {
        if (projects.putIfAbsent(project.id(), project) != null) {
            return false;
        }
        outbox.add(project.id().value(), notices, project.updatedAt());
        return true;
    }

    @Override
    public synchronized boolean replace(Project project, List<Notice<ProjectEvent>> notices) {
        Project before = projects.get(project.id());
        if (before == null || before.version() != project.version() - 1) {
            return false;
        }
        projects.put(project.id(), project);
        outbox.add(project.id().value(), notices, project.updatedAt());
        return true;
    }

    @Override
    public synchronized Optional<Project> find(ProjectId id) {
        return Optional.ofNullable(projects.get(id));
    }

    @Override
    public synchronized List<Project> list(ProjectQuery query) {
        return projects.values().stream()
                .filter(project -> matches(project, query))
                .sorted(Comparator.comparing(Project::createdAt)
                        .thenComparing(project -> project.id().value())
                        .reversed())
                .limit(query.size())
                .toList();
    }

    private static boolean matches(Project project, ProjectQuery query) {
        ProjectPlan plan = project.plan();
        return (query.status() == null || project.status() == query.status())
                && (query.organisationId() == null || plan.organisationId().equals(query.organisationId()))
                && (query.workerId() == null || plan.workers().contains(query.workerId()))
                && (query.clientId() == null || query.clientId().equals(plan.clientId()))
                && (query.after() == null
                        || query.after()
                                .isBefore(project.createdAt(), project.id().value()));
    }

    @Override
    public Notices<ProjectEvent> outbox() {
        return outbox;
    }
}
