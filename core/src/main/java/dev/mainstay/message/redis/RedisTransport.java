package dev.mainstay.message.redis;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import dev.mainstay.message.Batch;
import dev.mainstay.message.ConsumerGroup;
import dev.mainstay.message.DeadLetter;
import dev.mainstay.message.Interest;
import dev.mainstay.message.Message;
import dev.mainstay.message.MessageLists;
import dev.mainstay.message.MessageTransport;
import dev.mainstay.message.Outgoing;
import dev.mainstay.message.Settlement;
import dev.mainstay.message.Start;
import io.lettuce.core.RedisURI;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/// Messages in one Redis server: a log an organization, positions and leases by its clock. As durable as its
/// append-only file. Thread-safe.
public final class RedisTransport implements MessageTransport {
    private final RedisLink link;
    private final RedisTrim trim;
    private final RedisArrivals arrivals;
    private final RedisSession session;
    private final RedisLog log;
    private final RedisGroups groups;

    private RedisTransport(RedisLink link, Duration retention) {
        this.link = link;
        this.trim = new RedisTrim(link, retention);
        this.arrivals = RedisArrivals.listen(link);
        this.session = new RedisSession(link);
        this.log = new RedisLog(link);
        this.groups = new RedisGroups(link, log);
    }

    /// Connects to `redis://[user:password@]host[:6379][/database]`, `rediss://…` with TLS, or
    /// `redis-sentinel://…#primary`.
    ///
    /// @param retention messages older than this are forgotten, but not those that a group has taken and not ended
    /// @throws MainstayException when the URL is none, or the server refuses, is away or unsuitable
    public static RedisTransport open(String url, Duration retention) {
        RedisLink link = RedisLink.to(uri(url));
        try {
            RedisServer.ask(link).requireSuitable();
            return new RedisTransport(link, retention);
        } catch (RuntimeException e) {
            link.close();
            throw e;
        }
    }

    static String tryOut(String url) {
        try (RedisLink link = RedisLink.to(uri(url))) {
            RedisServer.ask(link).requireSuitable();
            return link.address() + " answers";
        }
    }

    // What is wrong with it is not told by its own words, which may be the password.
    private static RedisURI uri(String url) {
        try {
            return RedisURI.create(url);
        } catch (IllegalArgumentException e) {
            throw new MainstayException(
                    ErrorCode.CONFIG_INVALID,
                    "messages.url must be redis://[user:password@]host[:port][/database], rediss://… or"
                            + " redis-sentinel://…#primary");
        }
    }

    @Override
    public void joined(UUID newSession) {
        session.join(newSession);
    }

    @Override
    public void fenced() {
        session.leave();
    }

    @Override
    public List<Long> append(UUID organization, List<Outgoing> messages) {
        return log.append(organization, messages, false);
    }

    @Override
    public void appendOnce(UUID organization, List<Outgoing> messages) {
        log.append(organization, messages, true);
    }

    @Override
    public void append(Connection connection, UUID organization, Outgoing message) {
        throw new UnsupportedOperationException("Redis takes no part in transactions of PostgreSQL");
    }

    @Override
    public List<Message> read(UUID organization, Interest interest, long after, int limit) {
        return log.read(organization, interest, after, limit);
    }

    @Override
    public long position(UUID organization, Start start) {
        return switch (start) {
            case Start.Newest newest -> log.head(organization);
            case Start.After after -> after.position();
            case Start.Since since -> ChronoUnit.MICROS.between(Instant.EPOCH, since.moment()) - 1;
        };
    }

    @Override
    public void declare(UUID organization, ConsumerGroup group) {
        groups.declare(organization, group, position(organization, group.start()));
    }

    @Override
    public Optional<ConsumerGroup> group(UUID organization, String name) {
        return groups.find(organization, name);
    }

    @Override
    public boolean remove(UUID organization, String group) {
        return groups.remove(organization, group);
    }

    @Override
    public Batch held(UUID organization, String group, UUID token) {
        return groups.held(organization, group, token);
    }

    @Override
    public void seek(UUID organization, String group, long position) {
        groups.seek(organization, group, position);
    }

    @Override
    public Batch claim(UUID organization, String group, UUID consumer, int most) {
        UUID mine = session.current();
        return mine == null || most < 1 ? Batch.NOTHING : groups.claim(organization, group, mine, consumer, most);
    }

    @Override
    public Set<UUID> settle(UUID organization, ConsumerGroup group, List<Settlement> settlements) {
        return groups.settle(organization, group, settlements);
    }

    @Override
    public Set<UUID> renew(UUID organization, ConsumerGroup group, Collection<UUID> tokens) {
        return groups.renew(organization, group.name(), tokens);
    }

    @Override
    public Set<String> ready(UUID organization, Collection<String> names) {
        return groups.ready(organization, names);
    }

    @Override
    public void rescue() {
        Set<String> roots = link.call(commands -> commands.smembers(RedisKeys.ORGANIZATIONS));
        List<String> silence = List.of(session.microsSinceSilence());
        roots.forEach(root -> link.run(RedisScript.RESCUE, List.of(root), silence));
        trim.round(roots);
    }

    @Override
    public Runnable onArrival(UUID organization, Set<String> channels, Runnable look) {
        return arrivals.on(organization, channels, look);
    }

    @Override
    public MessageLists lists() {
        return new RedisLists(link, log, groups);
    }

    @Override
    public Optional<String> problem() {
        try {
            link.call(commands -> commands.ping());
            return Optional.empty();
        } catch (MainstayException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public List<DeadLetter> deadLetters(UUID organization, Optional<String> group, int limit) {
        return groups.deadLetters(organization, group, limit);
    }

    @Override
    public boolean redrive(UUID organization, String group, long position) {
        return groups.redrive(organization, group, position);
    }

    @Override
    public boolean discard(UUID organization, String group, long position) {
        return groups.discard(organization, group, position);
    }

    @Override
    public void close() {
        session.close();
        arrivals.close();
        link.close();
    }
}
