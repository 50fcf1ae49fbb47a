package io.nestcms.cms.project.contract;

import io.nestcms.cms.contract.ContractId;
import io.nestcms.cms.project.Design;
import io.nestcms.cms.project.Note;
import io.nestcms.cms.project.Project;
import io.nestcms.cms.project.ProjectId;
import io.nestcms.cms.project.ProjectPlan;
import io.nestcms.cms.project.ProjectQuery;
import io.nestcms.cms.project.ProjectStatus;
import io.nestcms.cms.project.Step;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;

/** Projects for the contract tests. */
public final class ProjectSamples {
    /** The moment at which the samples were made. */
    public static final Instant NOON = Instant.parse("2026-11-22T12:00:00.123456789Z");

    private ProjectSamples() {}

    /** A plan with everything in it. */
    public static ProjectPlan plan(String organisation) {
        return new ProjectPlan(
                "موقع جديد",
                "Two\nlines",
                organisation,
                "client-1",
                new ContractId("c1"),
                List.of("e1", "e2"),
                LocalDate.parse("2026-12-01"),
                LocalDate.parse("2027-03-01"));
    }

    /** A project with steps, a design and a note. */
    public static Project project(String id, String organisation, Instant createdAt) {
        return new Project(
                new ProjectId(id),
                plan(organisation),
                ProjectStatus.PLANNED,
                List.of(
                        new Step("s1", "Draw", LocalDate.parse("2026-12-10"), createdAt),
                        new Step("s2", "Build", null, null)),
                List.of(new Design("f1", "رسم.png", "image/png", 12, "e1", createdAt)),
                List.of(new Note("Call them", "e2", createdAt)),
                1,
                createdAt,
                createdAt);
    }

    /** One query for each index. */
    public static List<ProjectQuery> everyKindOfQuery() {
        ProjectQuery all = ProjectQuery.newest(10);
        return List.of(
                all,
                all.ofOrganisation("org"),
                all.in(ProjectStatus.PLANNED),
                all.ofWorker("e1"),
                all.ofClient("client-1"),
                all.ofOrganisation("org").in(ProjectStatus.PLANNED));
    }
}
