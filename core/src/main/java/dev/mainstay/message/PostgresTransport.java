package dev.mainstay.message;

import dev.mainstay.postgres.Database;
import dev.mainstay.postgres.Signals;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Messages in Mainstay's own database: a log an organization, positions in the order of commits, leases that live
/// by the session of their node. Thread-safe.
public final class PostgresTransport implements MessageTransport {
    private static final String DUE = """
            EXISTS (SELECT FROM message_outbox)
            OR EXISTS (
                SELECT FROM message_claims claim
                LEFT JOIN node_sessions session USING (session_id)
                WHERE session.session_id IS NULL OR session.ended_at IS NOT NULL OR claim.expires_at <= now())
            """;

    private final LogStore log;
    private final GroupStore groups;
    private final Arrivals arrivals;
    private final MessageQueries lists;
    private volatile @Nullable UUID session;

    public PostgresTransport(Database database, Signals signals) {
        log = new LogStore(database);
        groups = new GroupStore(database);
        arrivals = new Arrivals(signals);
        lists = new MessageQueries(database);
    }

    @Override
    public void joined(UUID newSession) {
        session = newSession;
    }

    @Override
    public void fenced() {
        session = null;
    }

    @Override
    public List<Long> append(UUID organization, List<Outgoing> messages) {
        List<Long> positions = log.append(organization, messages);
        arrivals.tell(organization, messages.stream().map(Outgoing::channel).collect(Collectors.toSet()));
        return positions;
    }

    @Override
    public void append(Connection connection, UUID organization, Outgoing message) throws SQLException {
        log.submit(connection, organization, message);
    }

    @Override
    public void collect() {
        for (UUID organization : log.organizationsToCollect()) {
            List<String> channels = log.collect(organization);
            if (!channels.isEmpty()) {
                arrivals.tell(organization, channels);
            }
        }
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
            case Start.Since since -> LogStore.positionOf(since.moment()) - 1;
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
        UUID mine = session;
        return mine == null ? Batch.NOTHING : groups.claim(organization, group, mine, consumer, most);
    }

    @Override
    public Set<UUID> settle(UUID organization, ConsumerGroup group, List<Settlement> settlements) {
        return groups.settle(organization, group, settlements);
    }

    @Override
    public Set<UUID> renew(UUID organization, ConsumerGroup group, Collection<UUID> tokens) {
        return groups.renew(organization, group, tokens);
    }

    @Override
    public Set<String> ready(UUID organization, Collection<String> names) {
        return groups.ready(organization, names);
    }

    @Override
    public void rescue() {
        groups.rescue();
    }

    @Override
    public String due() {
        return DUE;
    }

    @Override
    public Runnable onArrival(UUID organization, Set<String> channels, Runnable look) {
        return arrivals.on(organization, channels, look);
    }

    @Override
    public MessageLists lists() {
        return lists;
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

    /// Holds nothing of its own.
    @Override
    public void close() {}
}
