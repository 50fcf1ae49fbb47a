package io.nestcms.incident;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Something that is or was wrong, at one moment.
 *
 * @param id names the incident
 * @param subject what it is about; one open incident at a time has it
 * @param summary what is wrong, for people
 * @param openedAt when it was opened
 * @param acknowledgedBy who looks after it, or {@code null} while nobody does
 * @param resolvedAt when it was resolved, or {@code null} while it is open
 * @param timeline what happened, oldest first; of a long incident the beginning and the latest
 * @since 0.1
 */
public record Incident(
        String id,
        String subject,
        String summary,
        Instant openedAt,
        @Nullable String acknowledgedBy,
        @Nullable Instant resolvedAt,
        List<Entry> timeline) {
    private static final int BEGINNING = 20;
    private static final int LONGEST = 200;

    /**
     * Copies the timeline and checks that nothing that must be there is missing.
     *
     * @param id names the incident
     * @param subject what it is about
     * @param summary what is wrong
     * @param openedAt when it was opened
     * @param acknowledgedBy who looks after it, or {@code null}
     * @param resolvedAt when it was resolved, or {@code null}
     * @param timeline what happened
     */
    public Incident {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(subject, "subject");
        Objects.requireNonNull(summary, "summary");
        Objects.requireNonNull(openedAt, "openedAt");
        timeline = List.copyOf(timeline);
    }

    /**
     * Whether it is not over.
     *
     * @return {@code true} until it is resolved
     */
    public boolean isOpen() {
        return resolvedAt == null;
    }

    /**
     * Something that happened in an incident.
     *
     * @param at when
     * @param text what, for people
     * @param by who did it, or {@code null} when nobody did
     */
    public record Entry(Instant at, String text, @Nullable String by) {
        /**
         * Checks that nothing that must be there is missing.
         *
         * @param at when
         * @param text what
         * @param by who did it, or {@code null}
         */
        public Entry {
            Objects.requireNonNull(at, "at");
            Objects.requireNonNull(text, "text");
        }
    }

    Incident with(Entry entry) {
        return new Incident(id, subject, summary, openedAt, acknowledgedBy, resolvedAt, longer(entry));
    }

    Incident acknowledged(Entry entry) {
        return new Incident(id, subject, summary, openedAt, entry.by(), resolvedAt, longer(entry));
    }

    Incident resolved(Entry entry) {
        return new Incident(id, subject, summary, openedAt, acknowledgedBy, entry.at(), longer(entry));
    }

    /** How it began and how it is now say more than what lies between. */
    private List<Entry> longer(Entry entry) {
        List<Entry> entries = new ArrayList<>(timeline);
        if (entries.size() >= LONGEST) {
            entries.remove(BEGINNING);
        }
        entries.add(entry);
        return entries;
    }
}
