package io.nestcms.redis;

import static io.nestcms.redis.RedisLink.bytes;
import static io.nestcms.redis.RedisLink.text;

import io.nestcms.access.Refresh;
import io.nestcms.access.RefreshToken;
import io.nestcms.access.Session;
import io.nestcms.access.SessionId;
import io.nestcms.access.SessionStore;
import io.nestcms.access.SessionStoreException;
import io.nestcms.crypto.CipherException;
import io.nestcms.crypto.FieldCipher;
import io.nestcms.failure.InvalidInputException;
import io.nestcms.redis.RedisLink.Script;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Protocol;

/**
 * Sessions in Redis. All of a user's stand in one hash, so that each step is one script over one key: atomic over nodes, on a
 * cluster too. A field is times, generation, hashes, and what the client said of itself. Redis' own expiry takes away a user
 * whose sessions are all over.
 */
final class RedisSessionStore implements SessionStore {
    /** Times stay text: Lua would round them when it writes them. */
    private static final String READING = """
        local function parts(text)
          return string.match(text, '^(%-?%d+)|(%d+)|(%-?%d+)|(%-?%d+)|(%d+)|(%x+)|(%x+)|(.*)$')
        end
        local function whole(number) return string.format('%.0f', number) end
        local function live(text, now)
          if not text then return false end
          local seen, idle, _, ends = parts(text)
          return now < math.min(seen + idle, tonumber(ends))
        end
        """;

    private static final Script OPEN = new Script(READING + """
        local now = tonumber(ARGV[4])
        local all = redis.call('HGETALL', KEYS[1])
        local count = 0
        for i = 1, #all, 2 do
          if live(all[i + 1], now) then count = count + 1 else redis.call('HDEL', KEYS[1], all[i]) end
        end
        local there = redis.call('HGET', KEYS[1], ARGV[1])
        if there then
          local _, _, _, _, _, _, hash = parts(there)
          return hash == ARGV[3] and 1 or 0
        end
        if count >= tonumber(ARGV[5]) then
          local oldest, last
          all = redis.call('HGETALL', KEYS[1])
          for i = 1, #all, 2 do
            local seen = tonumber((parts(all[i + 1])))
            if not oldest or seen < last or (seen == last and all[i] < oldest) then
              oldest = all[i]
              last = seen
            end
          end
          redis.call('HDEL', KEYS[1], oldest)
        end
        redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
        local _, _, _, ends = parts(ARGV[2])
        local left = math.max(1000, ends - now)
        if redis.call('PTTL', KEYS[1]) < left then redis.call('PEXPIRE', KEYS[1], whole(left)) end
        return 1
        """);
    private static final Script TOUCH = new Script(READING + """
        local now = tonumber(ARGV[2])
        local kept = redis.call('HGET', KEYS[1], ARGV[1])
        if not live(kept, now) then return nil end
        local seen, idle, made, ends, generation, family, hash, rest = parts(kept)
        if now > tonumber(seen) then
          kept = table.concat({ARGV[2], idle, made, ends, generation, family, hash, rest}, '|')
          redis.call('HSET', KEYS[1], ARGV[1], kept)
        end
        return kept
        """);
    private static final Script REFRESH = new Script(READING + """
        local now = tonumber(ARGV[5])
        local kept = redis.call('HGET', KEYS[1], ARGV[1])
        if not live(kept, now) then return nil end
        local seen, idle, made, ends, generation, family, hash, rest = parts(kept)
        if family ~= ARGV[2] then return nil end
        if hash == ARGV[4] then return {1, kept} end
        if hash ~= ARGV[3] then
          redis.call('HDEL', KEYS[1], ARGV[1])
          return {0, kept}
        end
        if now > tonumber(seen) then seen = ARGV[5] end
        kept = table.concat({seen, idle, made, ends, whole(generation + 1), family, ARGV[4], rest}, '|')
        redis.call('HSET', KEYS[1], ARGV[1], kept)
        return {1, kept}
        """);
    private static final Script END_ALL = new Script("""
        local count = redis.call('HLEN', KEYS[1])
        redis.call('DEL', KEYS[1])
        return count
        """);
    private static final int PARTS = 8;

    private final RedisLink link;
    private final String prefix;
    private final int sessionsOfUser;
    private final @Nullable FieldCipher cipher;

    RedisSessionStore(RedisLink link, String prefix, int sessionsOfUser, @Nullable FieldCipher cipher) {
        this.link = link;
        this.prefix = prefix + "sessions:";
        this.sessionsOfUser = sessionsOfUser;
        this.cipher = cipher;
    }

    private byte[] key(String userId) {
        return bytes(prefix + userId);
    }

    private @Nullable Object ask(Script script, String userId, byte[]... arguments) {
        try {
            return link.eval(script, List.of(key(userId)), List.of(arguments));
        } catch (NestRedisException away) {
            throw new SessionStoreException("Redis, which holds the sessions, did not answer as it should", away);
        }
    }

    private @Nullable Object send(Protocol.Command command, String userId, byte[]... arguments) {
        byte[][] all = new byte[arguments.length + 1][];
        all[0] = key(userId);
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        try {
            return link.send(all[0], command, all);
        } catch (NestRedisException away) {
            throw new SessionStoreException("Redis, which holds the sessions, did not answer as it should", away);
        }
    }

    @Override
    public void open(Session session, RefreshToken first, Instant now) {
        if (!first.session().equals(session.id())) {
            throw new InvalidInputException("token", "is another session's", "the session's own");
        }
        Object answer = ask(
                OPEN,
                session.id().userId(),
                bytes(session.id().value()),
                bytes(write(session, first)),
                bytes(first.hash()),
                bytes(now.toEpochMilli()),
                bytes(sessionsOfUser));
        if (!Long.valueOf(1).equals(answer)) {
            throw new InvalidInputException("session", "is there already", "a new name for each sign-in");
        }
    }

    @Override
    public Optional<Session> find(SessionId id, Instant now) {
        Object kept = send(Protocol.Command.HGET, id.userId(), bytes(id.value()));
        return Optional.ofNullable(kept).map(it -> read(id, text(it))).filter(session -> session.isLive(now));
    }

    @Override
    public Optional<Session> touch(SessionId id, Instant now) {
        Object kept = ask(TOUCH, id.userId(), bytes(id.value()), bytes(now.toEpochMilli()));
        return Optional.ofNullable(kept).map(it -> read(id, text(it)));
    }

    @Override
    public Refresh refresh(RefreshToken presented, RefreshToken next, Instant now) {
        SessionId id = presented.session();
        if (!next.session().equals(id)
                || !next.familyHash().equals(presented.familyHash())
                || next.hash().equals(presented.hash())) {
            throw new InvalidInputException("next", "is not made by next()", "a further token of the same family");
        }
        Object answer = ask(
                REFRESH,
                id.userId(),
                bytes(id.value()),
                bytes(presented.familyHash()),
                bytes(presented.hash()),
                bytes(next.hash()),
                bytes(now.toEpochMilli()));
        if (!(answer instanceof List<?> end)) {
            return new Refresh.Unknown();
        }
        Session session = read(id, text(end.get(1)));
        return Long.valueOf(1).equals(end.get(0)) ? new Refresh.Renewed(session) : new Refresh.Reused(session);
    }

    @Override
    public List<Session> list(String userId, Instant now) {
        List<Session> live = new ArrayList<>();
        if (send(Protocol.Command.HGETALL, userId) instanceof List<?> all) {
            for (int i = 0; i + 1 < all.size(); i += 2) {
                Session session = read(new SessionId(userId, text(all.get(i))), text(all.get(i + 1)));
                if (session.isLive(now)) {
                    live.add(session);
                }
            }
        }
        live.sort(Comparator.comparing(Session::lastSeen)
                .reversed()
                .thenComparing(session -> session.id().value()));
        return List.copyOf(live);
    }

    @Override
    public boolean end(SessionId id) {
        return Long.valueOf(1).equals(send(Protocol.Command.HDEL, id.userId(), bytes(id.value())));
    }

    @Override
    public int endAll(String userId) {
        Object count = ask(END_ALL, userId);
        return count instanceof Long sessions ? Math.toIntExact(sessions) : 0;
    }

    private String write(Session session, RefreshToken token) {
        byte[] said = bytes(session.address() + '\n' + session.userAgent());
        byte[] stored = cipher == null ? said : cipher.sealBytes(said, place(session.id()));
        return String.join(
                "|",
                Long.toString(session.lastSeen().toEpochMilli()),
                Long.toString(session.idleFor().toMillis()),
                Long.toString(session.createdAt().toEpochMilli()),
                Long.toString(session.expiresAt().toEpochMilli()),
                Integer.toString(session.generation()),
                token.familyHash(),
                token.hash(),
                Base64.getEncoder().encodeToString(stored));
    }

    private Session read(SessionId id, String text) {
        String[] parts = text.split("\\|", -1);
        if (parts.length != PARTS) {
            throw new SessionStoreException("A session in Redis has not the form that is written here", null);
        }
        String said = said(id, parts[7]);
        int end = said.indexOf('\n');
        return new Session(
                id,
                Instant.ofEpochMilli(Long.parseLong(parts[2])),
                Instant.ofEpochMilli(Long.parseLong(parts[0])),
                Duration.ofMillis(Long.parseLong(parts[1])),
                Instant.ofEpochMilli(Long.parseLong(parts[3])),
                said.substring(0, Math.max(0, end)),
                said.substring(end + 1),
                Integer.parseInt(parts[4]));
    }

    /** What the client said of itself is shown only: a session whose key is gone goes on without it. */
    private String said(SessionId id, String stored) {
        byte[] raw = Base64.getDecoder().decode(stored);
        if (cipher == null) {
            return new String(raw, StandardCharsets.UTF_8);
        }
        try {
            return new String(cipher.openBytes(raw, place(id)), StandardCharsets.UTF_8);
        } catch (CipherException unreadable) {
            return "\n";
        }
    }

    private static String place(SessionId id) {
        return "session " + id.userId() + ' ' + id.value();
    }
}
