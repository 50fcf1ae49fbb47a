package io.nestcms.server.cms;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.nestcms.access.Permission;
import io.nestcms.cms.contract.ContractId;
import io.nestcms.cms.project.Design;
import io.nestcms.cms.project.Project;
import io.nestcms.cms.project.ProjectAction;
import io.nestcms.cms.project.ProjectId;
import io.nestcms.cms.project.ProjectPlan;
import io.nestcms.cms.project.ProjectQuery;
import io.nestcms.cms.project.ProjectStatus;
import io.nestcms.cms.project.ProjectStore;
import io.nestcms.cms.project.Projects;
import io.nestcms.cms.record.Edit;
import io.nestcms.server.access.AuthRoutes;
import io.nestcms.server.http.Preconditions;
import io.nestcms.server.http.Problem;
import io.nestcms.server.http.Query;
import io.nestcms.server.http.StrictJson;
import io.nestcms.storage.FileContent;
import io.nestcms.storage.FileKey;
import io.nestcms.storage.FileStorage;
import io.nestcms.storage.StoredFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Projects. Those who may do something with all projects do it with any; others with those that they work on or that are done for them,
 * and any other project looks like none.
 */
final class ProjectRoutes {
    private static final String MODEL = "project";

    private final ProjectStore store;
    private final Projects projects;
    private final FileStorage files;
    private final AuthRoutes auth;

    ProjectRoutes(ProjectStore store, Projects projects, FileStorage files, AuthRoutes auth) {
        this.store = store;
        this.projects = projects;
        this.files = files;
        this.auth = auth;
    }

    void register(RoutesConfig routes) {
        routes.post("/projects", auth.protectAll(Permission.WRITE, MODEL, this::plan));
        routes.get("/projects", auth.protect(Permission.READ, MODEL, this::list));
        routes.get("/projects/{id}", auth.protect(Permission.READ, MODEL, this::find));
        routes.put("/projects/{id}", auth.protectAll(Permission.MODIFY, MODEL, this::revise));
        routes.post("/projects/{id}/actions", auth.protectAll(Permission.APPROVE, MODEL, this::act));
        routes.post("/projects/{id}/steps", auth.protect(Permission.MODIFY, MODEL, this::addStep));
        routes.put("/projects/{id}/steps/{step}", auth.protect(Permission.MODIFY, MODEL, this::markStep));
        routes.delete("/projects/{id}/steps/{step}", auth.protectAll(Permission.MODIFY, MODEL, this::removeStep));
        routes.post("/projects/{id}/notes", auth.protect(Permission.MODIFY, MODEL, this::note));
        routes.post("/projects/{id}/designs", auth.protect(Permission.MODIFY, MODEL, this::upload));
        routes.get("/projects/{id}/designs/{file}", auth.protect(Permission.READ, MODEL, this::download));
        routes.delete("/projects/{id}/designs/{file}", auth.protectAll(Permission.MODIFY, MODEL, this::removeDesign));
    }

    private void plan(Context context) {
        Project project = projects.plan(plan(StrictJson.object(context)));
        context.status(201).header("Location", "/projects/" + project.id());
        Shown.one(context, project, Project::version, ProjectRoutes::json);
    }

    private static ProjectPlan plan(StrictJson.Fields body) {
        String contract = body.optionalText("contractId");
        String description = body.optionalText("description");
        ProjectPlan plan = new ProjectPlan(
                body.text("title"),
                description == null ? "" : description,
                body.text("organisationId"),
                body.optionalText("clientId"),
                contract == null ? null : new ContractId(contract),
                body.texts("workers"),
                Shown.day("startsOn", body.optionalText("startsOn")),
                Shown.day("endsOn", body.optionalText("endsOn")));
        body.done();
        return plan;
    }

    private void list(Context context) {
        Query query = Query.of(context, "cursor", "limit", "status", "organisationId");
        int limit = Shown.limit(query);
        ProjectQuery asked = ProjectQuery.newest(limit)
                .ofOrganisation(query.text("organisationId"))
                .in(query.constant("status", ProjectStatus.class))
                .after(Shown.cursor(query));
        String caller = AuthRoutes.caller(context).merchant();
        if (!auth.mayAll(context, Permission.READ, MODEL)) {
            asked = AuthRoutes.isClient(context) ? asked.ofClient(caller) : asked.ofWorker(caller);
        }
        Shown.page(context, store.list(asked), limit, ProjectRoutes::summary, Project::position);
    }

    /** The project that the path names, if the caller may do this with it. */
    private Project own(Context context, Permission permission) {
        String caller = AuthRoutes.caller(context).merchant();
        Predicate<Project> isOwn = project -> project.plan().workers().contains(caller)
                || (caller.equals(project.plan().clientId()) && permission == Permission.READ);
        return id(context)
                .flatMap(store::find)
                .filter(project -> auth.mayAll(context, permission, MODEL) || isOwn.test(project))
                .orElseThrow(() -> Shown.nothing().asException());
    }

    private static Optional<ProjectId> id(Context context) {
        String given = context.pathParam("id");
        return given.matches("[A-Za-z0-9_-]{1,64}") ? Optional.of(new ProjectId(given)) : Optional.empty();
    }

    private void find(Context context) {
        Shown.one(context, own(context, Permission.READ), Project::version, ProjectRoutes::json);
    }

    private void revise(Context context) {
        ProjectId id = own(context, Permission.MODIFY).id();
        ProjectPlan plan = plan(StrictJson.object(context));
        edited(context, projects.revise(id, plan, Preconditions.version(context)));
    }

    private static void edited(Context context, Edit<Project> edit) {
        Shown.edited(context, edit, Project::version, ProjectRoutes::json);
    }

    private void act(Context context) {
        ProjectId id = own(context, Permission.APPROVE).id();
        StrictJson.Fields body = StrictJson.object(context);
        ProjectAction action = Query.constantOf("action", body.text("action"), ProjectAction.class);
        body.done();
        edited(context, projects.act(id, action, Preconditions.version(context)));
    }

    private void addStep(Context context) {
        ProjectId id = own(context, Permission.MODIFY).id();
        StrictJson.Fields body = StrictJson.object(context);
        String title = body.text("title");
        String dueOn = body.optionalText("dueOn");
        body.done();
        edited(context, projects.addStep(id, title, Shown.day("dueOn", dueOn), Preconditions.version(context)));
    }

    private void markStep(Context context) {
        ProjectId id = own(context, Permission.MODIFY).id();
        StrictJson.Fields body = StrictJson.object(context);
        boolean done = body.flag("done");
        body.done();
        edited(context, projects.markStep(id, context.pathParam("step"), done, Preconditions.version(context)));
    }

    private void removeStep(Context context) {
        ProjectId id = own(context, Permission.MODIFY).id();
        edited(context, projects.removeStep(id, context.pathParam("step"), Preconditions.version(context)));
    }

    private void note(Context context) {
        ProjectId id = own(context, Permission.MODIFY).id();
        StrictJson.Fields body = StrictJson.object(context);
        String text = body.text("text");
        body.done();
        edited(context, projects.note(id, text, AuthRoutes.caller(context).merchant()));
    }

    /** The body is the file, in one stream; its type is seen in its bytes. */
    private void upload(Context context) {
        Project project = own(context, Permission.MODIFY);
        if (project.status().isOver()) {
            throw Problem.of(409, "project-over", "This cannot be done now", "the project is " + project.status())
                    .asException();
        }
        String name = context.queryParam("name");
        if (name == null) {
            throw Problem.field(400, "name", "is missing", "the file's name, as a parameter")
                    .asException();
        }
        StoredFile file = store(context, name);
        String by = AuthRoutes.caller(context).merchant();
        Design design =
                new Design(file.key().value(), file.name(), file.contentType(), file.size(), by, file.storedAt());
        Edit<Project> edit = projects.addDesign(project.id(), design, Preconditions.version(context));
        if (!(edit instanceof Edit.Done)) {
            files.delete(file.key());
        }
        context.header("Location", "/projects/" + project.id() + "/designs/" + file.key());
        edited(context.status(201), edit);
    }

    private StoredFile store(Context context, String name) {
        try (InputStream in = context.req().getInputStream()) {
            return files.put(name, in);
        } catch (IOException broken) {
            throw Problem.of(400, "unreadable-body", "The body could not be read", null)
                    .asException();
        }
    }

    /** Never shown in the browser's own window: it is handed over to be kept, whatever it holds. */
    private void download(Context context) {
        Project project = own(context, Permission.READ);
        Design design = project.design(context.pathParam("file"))
                .orElseThrow(() -> Shown.nothing().asException());
        FileContent content = files.open(new FileKey(design.fileId()))
                .orElseThrow(() -> Shown.nothing().asException());
        String name = URLEncoder.encode(design.name(), StandardCharsets.UTF_8).replace("+", "%20");
        context.header("Cache-Control", "no-store")
                .header("X-Content-Type-Options", "nosniff")
                .header("Content-Security-Policy", "default-src 'none'; sandbox")
                .header("Content-Disposition", "attachment; filename*=UTF-8''" + name)
                .contentType(content.file().contentType());
        context.res().setContentLengthLong(content.file().size());
        try (content) {
            content.stream().transferTo(context.res().getOutputStream());
        } catch (IOException gone) {
            throw new UncheckedIOException("a design could not be sent", gone);
        }
    }

    private void removeDesign(Context context) {
        Project project = own(context, Permission.MODIFY);
        Optional<Design> design = project.design(context.pathParam("file"));
        Edit<Project> edit =
                projects.removeDesign(project.id(), context.pathParam("file"), Preconditions.version(context));
        if (edit instanceof Edit.Done) {
            design.ifPresent(gone -> files.delete(new FileKey(gone.fileId())));
        }
        edited(context, edit);
    }

    static ObjectNode summary(Project project) {
        ProjectPlan plan = project.plan();
        ObjectNode json = Shown.object()
                .put("id", project.id().value())
                .put("title", plan.title())
                .put("status", project.status().name())
                .put("organisationId", plan.organisationId());
        Shown.put(json, "clientId", plan.clientId());
        Shown.put(json, "contractId", plan.contractId());
        Shown.put(json, "startsOn", plan.startsOn());
        Shown.put(json, "endsOn", plan.endsOn());
        return json.put("createdAt", project.createdAt().toString())
                .put("updatedAt", project.updatedAt().toString())
                .put("version", project.version());
    }

    static ObjectNode json(Project project) {
        ObjectNode json = summary(project);
        json.put("description", project.plan().description());
        ArrayNode workers = json.putArray("workers");
        project.plan().workers().forEach(workers::add);
        ArrayNode steps = json.putArray("steps");
        project.steps().forEach(step -> {
            ObjectNode one = steps.addObject().put("id", step.id()).put("title", step.title());
            Shown.put(one, "dueOn", step.dueOn());
            Instant doneAt = step.doneAt();
            Shown.put(one, "doneAt", doneAt);
        });
        ArrayNode designs = json.putArray("designs");
        project.designs()
                .forEach(design -> designs.addObject()
                        .put("id", design.fileId())
                        .put("name", design.name())
                        .put("contentType", design.contentType())
                        .put("size", design.size())
                        .put("by", design.by())
                        .put("at", design.at().toString()));
        ArrayNode notes = json.putArray("notes");
        project.notes()
                .forEach(note -> notes.addObject()
                        .put("text", note.text())
                        .put("by", note.by())
                        .put("at", note.at().toString()));
        return json;
    }
}
