package dev.mainstay.message;

import dev.mainstay.postgres.Columns;
import dev.mainstay.postgres.Database;
import dev.mainstay.task.Priority;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/// Messages published in transactions of the database, on their way to a transport that lies elsewhere: committed with
/// the transaction, then carried over in order by one node at a time. Thread-safe.
///
/// A node that dies after the transport has taken them and before the database forgets them leaves them to the next,
/// and the transport knows them again by their identifiers.
final class Outbox {
    private static final int PAGE = 500;

    private static final String TAKE = """
            SELECT *, extract(epoch FROM expires_at - clock_timestamp()) AS seconds_left
            FROM message_outbox
            ORDER BY organization_id, seq
            LIMIT :limit
            """;

    private final Database database;
    private final LogStore log;
    private final MessageTransport transport;

    Outbox(Database database, MessageTransport transport) {
        this.database = database;
        this.log = new LogStore(database);
        this.transport = transport;
    }

    private record Waiting(UUID organization, long seq, boolean isOver, Outgoing message) {}

    void submit(Connection connection, UUID organization, Outgoing message) throws SQLException {
        log.submit(connection, organization, message);
    }

    /// Carries over what has been committed; nothing while another node does.
    void forward() {
        if (log.organizationsToCollect().isEmpty()) {
            return;
        }
        int carried;
        do {
            carried = database.write(this::forwardPage);
        } while (carried == PAGE);
    }

    private int forwardPage(Handle handle) {
        boolean isMine = handle.createQuery(
                        "SELECT pg_try_advisory_xact_lock(hashtextextended('mainstay.message_outbox ' || current_schema, 0))")
                .mapTo(Boolean.class)
                .one();
        List<Waiting> page = isMine ? take(handle) : List.of();
        Map<UUID, List<Waiting>> byOrganization = page.stream()
                .collect(Collectors.groupingBy(Waiting::organization, LinkedHashMap::new, Collectors.toList()));
        byOrganization.forEach((organization, waiting) -> carry(handle, organization, waiting));
        return page.size();
    }

    private void carry(Handle handle, UUID organization, List<Waiting> waiting) {
        List<Outgoing> messages = waiting.stream()
                .filter(each -> !each.isOver())
                .map(Waiting::message)
                .toList();
        if (!messages.isEmpty()) {
            transport.appendOnce(organization, messages);
        }
        forget(handle, organization, waiting);
    }

    private static List<Waiting> take(Handle handle) {
        return handle.createQuery(TAKE)
                .bind("limit", PAGE)
                .map((row, context) -> waiting(row))
                .list();
    }

    private static Waiting waiting(ResultSet row) throws SQLException {
        double seconds = row.getDouble("seconds_left");
        Duration left = row.wasNull() ? null : Duration.ofNanos((long) (seconds * 1e9));
        Outgoing message = new Outgoing(
                Columns.uuid(row, "id"),
                row.getString("channel"),
                Priority.ofStored(row.getInt("priority")),
                row.getString("sender"),
                row.getString("routing_key"),
                row.getString("correlation_id"),
                row.getString("reply_to"),
                left,
                row.getString("headers"),
                row.getString("body"));
        boolean isOver = left != null && !left.isPositive();
        return new Waiting(Columns.uuid(row, "organization_id"), row.getLong("seq"), isOver, message);
    }

    private static void forget(Handle handle, UUID organization, List<Waiting> carried) {
        handle.createUpdate("DELETE FROM message_outbox WHERE organization_id = :organization AND seq = ANY (:seqs)")
                .bind("organization", organization)
                .bindArray(
                        "seqs", Long.class, carried.stream().map(Waiting::seq).toList())
                .execute();
    }
}
