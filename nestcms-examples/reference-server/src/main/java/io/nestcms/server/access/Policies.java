package io.nestcms.server.access;

import static io.nestcms.access.Permission.APPROVE;
import static io.nestcms.access.Permission.MODIFY;
import static io.nestcms.access.Permission.READ;
import static io.nestcms.access.Permission.WRITE;

import io.nestcms.access.AccessPolicy;
import io.nestcms.access.GrantStore;
import io.nestcms.access.Role;
import java.time.Clock;
import java.util.List;

/** What each role may do. What is not here is denied. */
final class Policies {
    /** Users that are admins or owners: who they are is for owners. */
    static final String STAFF = "staff";

    static final String USER = "user";
    static final String SESSION = "session";
    static final String PERMISSION = "permission";

    /** How the server and its parts are, and its numbers. */
    static final String HEALTH = "health";

    private Policies() {}

    static AccessPolicy standard(GrantStore grants, Clock clock) {
        AccessPolicy.Builder rules = AccessPolicy.builder(grants).clock(clock);
        for (Role each : Role.values()) {
            rules.allowOwn(each, USER, READ, MODIFY).allowOwn(each, SESSION, READ, MODIFY);
        }
        rules.allowOwn(Role.CLIENT, "payment", READ, WRITE, MODIFY, APPROVE)
                .allowOwn(Role.CLIENT, "project", READ)
                .allowOwn(Role.CLIENT, "contract", READ, APPROVE)
                .allowOwn(Role.EMPLOYEE, "project", READ, MODIFY)
                .allowOwn(Role.EMPLOYEE, "article", READ, WRITE, MODIFY)
                .allowOwn(Role.EMPLOYEE, "earning", READ);
        for (Role admin : List.of(Role.ADMIN, Role.OWNER)) {
            rules.allow(admin, USER, READ, WRITE, MODIFY, APPROVE)
                    .allow(admin, SESSION, READ, MODIFY)
                    .allow(admin, PERMISSION, READ, WRITE, MODIFY)
                    .allow(admin, STAFF, READ)
                    .allow(admin, "audit", READ, APPROVE)
                    .allow(admin, "circuit", READ, MODIFY)
                    .allow(admin, "dead-letter", READ, MODIFY)
                    .allow(admin, "reconciler", MODIFY)
                    .allow(admin, "mismatch", READ, APPROVE)
                    .allow(admin, "incident", READ, MODIFY)
                    .allow(admin, HEALTH, READ)
                    .allow(admin, "project", READ, WRITE, MODIFY, APPROVE)
                    .allow(admin, "contract", READ, WRITE, MODIFY, APPROVE)
                    .allow(admin, "article", READ, WRITE, MODIFY, APPROVE)
                    .allow(admin, "earning", READ);
        }
        return rules.allow(Role.OWNER, STAFF, WRITE, MODIFY, APPROVE).build();
    }
}
