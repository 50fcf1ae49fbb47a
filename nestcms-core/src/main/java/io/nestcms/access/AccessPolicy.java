package io.nestcms.access;

import java.time.Clock;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Who may do what with which objects. What no rule for a role and no grant allows is denied; nothing can be forbidden that
 * something else allows. Roles are asked first, so that grants are read for the few questions that they decide.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @since 0.1
 */
public final class AccessPolicy {
    private record Rule(Permission permission, String model, boolean own) {}

    private final Map<Role, Set<Rule>> rules;
    private final GrantStore grants;
    private final Clock clock;

    private AccessPolicy(Builder builder) {
        this.rules = new EnumMap<>(Role.class);
        builder.rules.forEach((role, of) -> rules.put(role, Set.copyOf(of)));
        this.grants = builder.grants;
        this.clock = builder.clock;
    }

    /**
     * Starts with rules for nobody.
     *
     * @param grants what was granted beside the roles
     * @return a builder
     */
    public static Builder builder(GrantStore grants) {
        return new Builder(grants);
    }

    /**
     * Whether somebody may do something.
     *
     * @param who who wants to
     * @param what what
     * @param on with what; with its owner where it has one
     * @return what allows it, or that nothing does
     */
    public Decision decide(Subject who, Permission what, Target on) {
        boolean own = who.userId().equals(on.owner());
        Rule any = new Rule(what, on.model(), false);
        Rule ofOwn = new Rule(what, on.model(), true);
        for (Role role : who.roles()) {
            Set<Rule> allowed = rules.getOrDefault(role, Set.of());
            if (allowed.contains(any) || (own && allowed.contains(ofOwn))) {
                return new Decision.Allowed("role " + role);
            }
        }
        return grants.ofUser(who.userId()).stream()
                .filter(grant -> grant.holds(clock.instant()) && grant.covers(what, on))
                .findFirst()
                .<Decision>map(grant -> new Decision.Allowed("grant " + grant.id()))
                .orElseGet(Decision.Denied::new);
    }

    /**
     * Collects rules.
     *
     * <p>Not safe for use by many threads.
     *
     * @since 0.1
     */
    public static final class Builder {
        private final Map<Role, Set<Rule>> rules = new EnumMap<>(Role.class);
        private final GrantStore grants;
        private Clock clock = Clock.systemUTC();

        private Builder(GrantStore grants) {
            this.grants = Objects.requireNonNull(grants, "grants");
        }

        /**
         * Lets a role do something with everybody's objects of a model.
         *
         * @param role who
         * @param model the kind of object
         * @param permissions what
         * @return this
         * @throws io.nestcms.failure.InvalidInputException if the model is of another form
         */
        public Builder allow(Role role, String model, Permission... permissions) {
            return add(role, model, false, permissions);
        }

        /**
         * Lets a role do something with the objects of a model that are the user's own.
         *
         * @param role who
         * @param model the kind of object
         * @param permissions what
         * @return this
         * @throws io.nestcms.failure.InvalidInputException if the model is of another form
         */
        public Builder allowOwn(Role role, String model, Permission... permissions) {
            return add(role, model, true, permissions);
        }

        private Builder add(Role role, String model, boolean own, Permission... permissions) {
            String known = Target.all(model).model();
            for (Permission permission : permissions) {
                rules.computeIfAbsent(role, of -> new HashSet<>()).add(new Rule(permission, known, own));
            }
            return this;
        }

        /**
         * Tells whether a grant is over. Default: the system's clock.
         *
         * @param source the clock
         * @return this
         */
        public Builder clock(Clock source) {
            this.clock = Objects.requireNonNull(source, "source");
            return this;
        }

        /**
         * The policy.
         *
         * @return a policy; this builder may go on
         */
        public AccessPolicy build() {
            return new AccessPolicy(this);
        }
    }
}
