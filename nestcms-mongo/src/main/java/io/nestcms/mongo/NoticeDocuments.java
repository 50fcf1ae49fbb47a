package io.nestcms.mongo;

import static io.nestcms.mongo.EventDocuments.put;

import io.nestcms.cms.outbox.Notice;
import java.time.Instant;
import java.util.List;
import org.bson.Document;

/** How the events of one kind of record are stored inside its document. */
abstract class NoticeDocuments<E> {
    static final String EVENTS = "events";
    static final String BURIED = "buriedEvents";

    private final Format format;

    NoticeDocuments(Format format) {
        this.format = format;
    }

    final Format format() {
        return format;
    }

    /** The event with its type, whose name is part of the stored format. */
    abstract Document write(E event);

    abstract E read(String key, Instant at, Stored event);

    final Document event(Notice<E> notice) {
        Document document = new Document("id", notice.id()).append("at", Times.nanos(notice.at()));
        if (notice.attempts() > 0) {
            put(document.append("attempts", notice.attempts()), "cause", notice.cause());
        }
        document.putAll(write(notice.event()));
        return document;
    }

    /** The events in one of the lists, {@link #EVENTS} or {@link #BURIED}. An event that never failed has no attempts. */
    final List<Notice<E>> notices(Document document, String list) {
        Stored stored = format.read(document);
        String key = stored.text("_id");
        return stored.list(
                list,
                event -> new Notice<>(
                        event.text("id"),
                        key,
                        event.time("at"),
                        read(key, event.time("at"), event),
                        event.has("attempts") ? event.integer("attempts") : 0,
                        event.textOrNull("cause")));
    }

    /** A new document: its fields, and what tells of it. */
    final Document created(String key, Document fields, Instant now, List<Notice<E>> notices) {
        Document document = new Document("_id", key);
        document.putAll(fields);
        document.append(EVENTS, notices.stream().map(this::event).toList());
        return notices.isEmpty() ? document : document.append("eventsNextAt", Times.nanos(now));
    }

    /** A change: the fields that are set, those of the optional ones that are not there any more, and what tells of it. */
    final Document changed(Document fields, List<String> optional, Instant now, List<Notice<E>> notices) {
        Document update = new Document("$set", fields);
        Document gone = new Document();
        optional.stream().filter(field -> !fields.containsKey(field)).forEach(field -> gone.append(field, ""));
        if (!gone.isEmpty()) {
            update.append("$unset", gone);
        }
        if (!notices.isEmpty()) {
            update.append(
                            "$push",
                            new Document(
                                    EVENTS,
                                    new Document(
                                            "$each",
                                            notices.stream().map(this::event).toList())))
                    // no sooner than what waits for another try: a new event comes after it anyway
                    .append("$max", new Document("eventsNextAt", Times.nanos(now)));
        }
        return update;
    }
}
