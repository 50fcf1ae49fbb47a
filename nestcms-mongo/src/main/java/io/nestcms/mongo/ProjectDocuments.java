package io.nestcms.mongo;

import static io.nestcms.mongo.EventDocuments.put;

import io.nestcms.cms.contract.ContractId;
import io.nestcms.cms.outbox.Notice;
import io.nestcms.cms.project.Design;
import io.nestcms.cms.project.Note;
import io.nestcms.cms.project.Project;
import io.nestcms.cms.project.ProjectEvent;
import io.nestcms.cms.project.ProjectEvent.DesignAdded;
import io.nestcms.cms.project.ProjectEvent.ProjectPlanned;
import io.nestcms.cms.project.ProjectEvent.ProjectRevised;
import io.nestcms.cms.project.ProjectEvent.ProjectStatusChanged;
import io.nestcms.cms.project.ProjectEvent.StepDone;
import io.nestcms.cms.project.ProjectId;
import io.nestcms.cms.project.ProjectPlan;
import io.nestcms.cms.project.ProjectStatus;
import io.nestcms.cms.project.Step;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import org.bson.Document;
import org.jspecify.annotations.Nullable;

/** Projects as documents; a change leaves fields alone that this build does not know. */
final class ProjectDocuments extends NoticeDocuments<ProjectEvent> {
    static final String COLLECTION = "projects";
    static final Format FORMAT = Format.first(COLLECTION);
    private static final List<String> OPTIONAL = List.of("clientId", "contractId", "startsOn", "endsOn");

    ProjectDocuments() {
        super(FORMAT);
    }

    Document created(Project project, List<Notice<ProjectEvent>> notices) {
        return created(project.id().value(), fields(project), project.updatedAt(), notices);
    }

    Document changed(Project project, List<Notice<ProjectEvent>> notices) {
        return changed(fields(project), OPTIONAL, project.updatedAt(), notices);
    }

    private static Document fields(Project project) {
        ProjectPlan plan = project.plan();
        ContractId contract = plan.contractId();
        Document document = new Document("v", FORMAT.version())
                .append("status", project.status().name())
                .append("title", plan.title())
                .append("description", plan.description())
                .append("organisationId", plan.organisationId())
                .append("workers", plan.workers())
                .append(
                        "steps",
                        project.steps().stream().map(ProjectDocuments::step).toList())
                .append(
                        "designs",
                        project.designs().stream().map(ProjectDocuments::design).toList())
                .append(
                        "notes",
                        project.notes().stream().map(ProjectDocuments::note).toList())
                .append("version", project.version())
                .append("createdAt", Times.nanos(project.createdAt()))
                .append("updatedAt", Times.nanos(project.updatedAt()));
        put(document, "clientId", plan.clientId());
        put(document, "contractId", contract == null ? null : contract.value());
        day(document, "startsOn", plan.startsOn());
        return day(document, "endsOn", plan.endsOn());
    }

    private static Document day(Document document, String field, @Nullable LocalDate day) {
        return put(document, field, day == null ? null : day.toString());
    }

    private static Document step(Step step) {
        Document document = new Document("id", step.id()).append("title", step.title());
        day(document, "dueOn", step.dueOn());
        Instant doneAt = step.doneAt();
        return doneAt == null ? document : document.append("doneAt", Times.nanos(doneAt));
    }

    private static Document design(Design design) {
        return new Document("fileId", design.fileId())
                .append("name", design.name())
                .append("contentType", design.contentType())
                .append("size", design.size())
                .append("by", design.by())
                .append("at", Times.nanos(design.at()));
    }

    private static Document note(Note note) {
        return new Document("text", note.text()).append("by", note.by()).append("at", Times.nanos(note.at()));
    }

    Project project(Document document) {
        Stored stored = FORMAT.read(document);
        ProjectPlan plan = new ProjectPlan(
                stored.text("title"),
                stored.text("description"),
                stored.text("organisationId"),
                stored.textOrNull("clientId"),
                stored.valueOrNull("contractId", ContractId::new),
                stored.texts("workers", worker -> worker),
                stored.valueOrNull("startsOn", LocalDate::parse),
                stored.valueOrNull("endsOn", LocalDate::parse));
        return new Project(
                stored.value("_id", ProjectId::new),
                plan,
                stored.constant("status", ProjectStatus.class),
                stored.list(
                        "steps",
                        step -> new Step(
                                step.text("id"),
                                step.text("title"),
                                step.valueOrNull("dueOn", LocalDate::parse),
                                step.timeOrNull("doneAt"))),
                stored.list(
                        "designs",
                        design -> new Design(
                                design.text("fileId"),
                                design.text("name"),
                                design.text("contentType"),
                                design.number("size"),
                                design.text("by"),
                                design.time("at"))),
                stored.list("notes", note -> new Note(note.text("text"), note.text("by"), note.time("at"))),
                stored.number("version"),
                stored.time("createdAt"),
                stored.time("updatedAt"));
    }

    @Override
    Document write(ProjectEvent event) {
        if (event instanceof ProjectPlanned) {
            return new Document("type", "planned");
        }
        if (event instanceof ProjectRevised) {
            return new Document("type", "revised");
        }
        if (event instanceof ProjectStatusChanged changed) {
            return new Document("type", "statusChanged")
                    .append("from", changed.from().name())
                    .append("to", changed.to().name());
        }
        if (event instanceof StepDone done) {
            return new Document("type", "stepDone").append("step", done.stepId());
        }
        if (event instanceof DesignAdded added) {
            return new Document("type", "designAdded").append("file", added.fileId());
        }
        throw new IllegalStateException("no stored form for " + event.getClass().getSimpleName());
    }

    @Override
    ProjectEvent read(String key, Instant at, Stored event) {
        ProjectId id = new ProjectId(key);
        return switch (event.text("type")) {
            case "planned" -> new ProjectPlanned(id, at);
            case "revised" -> new ProjectRevised(id, at);
            case "statusChanged" ->
                new ProjectStatusChanged(
                        id, at, event.constant("from", ProjectStatus.class), event.constant("to", ProjectStatus.class));
            case "stepDone" -> new StepDone(id, at, event.text("step"));
            case "designAdded" -> new DesignAdded(id, at, event.text("file"));
            default -> throw event.unreadable("type", null);
        };
    }
}
