package io.nestcms.mongo;

import static com.mongodb.client.model.Filters.eq;
import static io.nestcms.mongo.EventDocuments.put;

import com.mongodb.client.MongoCollection;
import io.nestcms.cms.outbox.Notice;
import io.nestcms.cms.outbox.Notices;
import io.nestcms.cms.project.Project;
import io.nestcms.cms.project.ProjectEvent;
import io.nestcms.cms.project.ProjectId;
import io.nestcms.cms.project.ProjectQuery;
import io.nestcms.cms.project.ProjectStatus;
import io.nestcms.cms.project.ProjectStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bson.Document;

/** Projects in one collection. */
final class MongoProjectStore implements ProjectStore {
    private final ProjectDocuments documents = new ProjectDocuments();
    private final Records records;
    private final Notices<ProjectEvent> outbox;

    MongoProjectStore(MongoCollection<Document> projects, Calls calls) {
        this.records = new Records("project", projects, calls);
        this.outbox = new MongoNotices<>(projects, documents, calls);
    }

    /** Those of this store and of its outbox. A worker is asked for alone or with the organisation, whose index is as good. */
    static List<IndexSpec> allIndexes() {
        List<IndexSpec> all = new ArrayList<>(List.of(
                // list
                IndexSpec.plain("newest", new Document(Records.NEWEST_FIRST)),
                newest("organisation", "organisationId"),
                newest("status", "status"),
                newest("worker", "workers"),
                newest("client", "clientId"),
                newest("organisation_status", "organisationId", "status")));
        all.addAll(MongoNotices.INDEXES);
        return all;
    }

    private static IndexSpec newest(String what, String... fields) {
        Document keys = new Document();
        for (String field : fields) {
            keys.append(field, 1);
        }
        keys.putAll(Records.NEWEST_FIRST);
        return IndexSpec.plain("newest_of_" + what, keys);
    }

    @Override
    public boolean insert(Project project, List<Notice<ProjectEvent>> notices) {
        return records.insert(documents.created(project, notices));
    }

    @Override
    public boolean replace(Project project, List<Notice<ProjectEvent>> notices) {
        return records.replace(project.id().value(), project.version(), documents.changed(project, notices));
    }

    @Override
    public Optional<Project> find(ProjectId id) {
        return records.find(eq("_id", id.value())).map(documents::project);
    }

    @Override
    public List<Project> list(ProjectQuery query) {
        Document filter = new Document();
        put(filter, "organisationId", query.organisationId());
        put(filter, "workers", query.workerId());
        put(filter, "clientId", query.clientId());
        ProjectStatus status = query.status();
        put(filter, "status", status == null ? null : status.name());
        return records.page(filter, query.after(), query.size(), documents::project);
    }

    @Override
    public Notices<ProjectEvent> outbox() {
        return outbox;
    }
}
