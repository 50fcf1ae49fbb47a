package io.nestcms.redis;

import static io.nestcms.redis.RedisLink.bytes;
import static io.nestcms.redis.RedisLink.text;

import io.nestcms.cache.SharedCache;
import io.nestcms.redis.RedisLink.Script;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What nodes tell each other to forget: a short stream of numbered notes, which each node reads some times a second from where
 * it stopped. A number that is missing, too low or gone means that notes were missed; all is forgotten then.
 */
final class CacheFeed implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CacheFeed.class);
    private static final int NOTES = 10_000;
    private static final int AT_A_TIME = 500;
    private static final int NAMES_OF_NOTE = 500;
    private static final int SLOWER = 8;

    private static final Script TELL = new Script("""
        local number = redis.call('INCR', KEYS[2])
        redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[1], '*', 'n', number, unpack(ARGV, 2))
        return number
        """);
    private static final Script READ = new Script("""
        return {redis.call('GET', KEYS[2]) or '0', redis.call('XRANGE', KEYS[1], '(' .. ARGV[1], '+', 'COUNT', ARGV[2])}
        """);
    private static final Script END = new Script("""
        local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)
        return {redis.call('GET', KEYS[2]) or '0', last[1] and last[1][1] or '0-0'}
        """);

    private final RedisLink link;
    private final List<byte[]> keys;
    private final ScheduledExecutorService scheduler;
    private final Duration every;
    private final Map<String, List<SharedCache.Listener>> listeners = new ConcurrentHashMap<>();
    private final ReentrantLock starting = new ReentrantLock();
    private @Nullable ScheduledFuture<?> task;

    /** Where reading goes on; only the reading thread writes it. */
    private volatile @Nullable String position;

    private long number;
    private int skip;

    CacheFeed(RedisLink link, String prefix, ScheduledExecutorService scheduler, Duration every) {
        this.link = link;
        this.keys = List.of(bytes(prefix + "{cache:notes}"), bytes(prefix + "{cache:notes}:number"));
        this.scheduler = scheduler;
        this.every = every;
    }

    /** Whether the place is known from which notes are read. */
    boolean isListening() {
        return position != null;
    }

    Runnable listen(String cache, SharedCache.Listener listener) {
        List<SharedCache.Listener> ofCache = listeners.computeIfAbsent(cache, name -> new CopyOnWriteArrayList<>());
        ofCache.add(listener);
        starting.lock();
        try {
            if (task == null) {
                task = scheduler.scheduleWithFixedDelay(this::tick, 0, every.toMillis(), TimeUnit.MILLISECONDS);
            }
        } finally {
            starting.unlock();
        }
        return () -> ofCache.remove(listener);
    }

    void tell(String cache, Collection<String> names, Collection<String> tags) {
        List<byte[]> note = new ArrayList<>();
        Iterator<String> rest = names.iterator();
        Iterator<String> restTags = tags.iterator();
        do {
            note.clear();
            note.add(bytes(NOTES));
            note.add(bytes("c"));
            note.add(bytes(cache));
            for (int i = 0; i < NAMES_OF_NOTE && (rest.hasNext() || restTags.hasNext()); i++) {
                note.add(bytes(rest.hasNext() ? "k" : "t"));
                note.add(bytes(rest.hasNext() ? rest.next() : restTags.next()));
            }
            link.eval(TELL, keys, List.copyOf(note));
        } while (rest.hasNext() || restTags.hasNext());
    }

    private void tick() {
        if (skip > 0) {
            skip--;
            return;
        }
        try {
            if (position == null) {
                catchUp();
            } else {
                read();
            }
            all().forEach(this::reached);
        } catch (RuntimeException away) {
            // told by the breaker of the caches; tried again more slowly
            skip = SLOWER;
            LOG.debug("The notes of the caches could not be read", away);
        } catch (Error fatal) {
            LOG.error("Reading the notes of the caches failed; goes on", fatal);
        }
    }

    private List<SharedCache.Listener> all() {
        return listeners.values().stream().flatMap(List::stream).toList();
    }

    private void catchUp() {
        List<?> end = (List<?>) link.eval(END, keys, List.of());
        // forgotten after the place is known: what is kept from now on is told of by later notes
        all().forEach(SharedCache.Listener::missed);
        number = Long.parseLong(text(end.get(0)));
        position = text(end.get(1));
    }

    private void read() {
        String from = Objects.requireNonNull(position);
        List<?> answer = (List<?>) link.eval(READ, keys, List.of(bytes(from), bytes(AT_A_TIME)));
        long latest = Long.parseLong(text(answer.get(0)));
        List<?> notes = (List<?>) answer.get(1);
        for (Object each : notes) {
            List<?> note = (List<?>) each;
            List<?> fields = (List<?>) note.get(1);
            if (Long.parseLong(text(fields.get(1))) != number + 1) {
                missed();
                return;
            }
            pass(fields);
            number++;
            position = text(note.get(0));
        }
        if (notes.size() < AT_A_TIME && latest != number) {
            missed();
        }
    }

    private void missed() {
        LOG.warn("Notes of what caches must forget were missed; all is forgotten here");
        position = null;
        catchUp();
    }

    private void pass(List<?> fields) {
        List<String> names = new ArrayList<>();
        List<String> tags = new ArrayList<>();
        for (int i = 4; i + 1 < fields.size(); i += 2) {
            (text(fields.get(i)).equals("k") ? names : tags).add(text(fields.get(i + 1)));
        }
        for (SharedCache.Listener listener : listeners.getOrDefault(text(fields.get(3)), List.of())) {
            try {
                listener.dropped(names, tags);
            } catch (RuntimeException | Error bad) {
                LOG.warn("A cache could not forget what it was told, and forgets all", bad);
                listener.missed();
            }
        }
    }

    /** One cache that cannot send what waits holds up no other. */
    private void reached(SharedCache.Listener listener) {
        try {
            listener.reached();
        } catch (RuntimeException | Error away) {
            LOG.debug("What waits to be forgotten could not be sent", away);
        }
    }

    @Override
    public void close() {
        starting.lock();
        try {
            if (task != null) {
                task.cancel(false);
            }
        } finally {
            starting.unlock();
        }
    }
}
