package dev.mainstay.alert;

import com.fasterxml.jackson.annotation.JsonValue;
import dev.mainstay.postgres.Columns;
import dev.mainstay.postgres.Filter;
import dev.mainstay.postgres.OrganizationDatabase;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Who was told of what, and what came of it, for one organization. Thread-safe.
public final class NotificationLog {
    private static final String LIST = """
            SELECT notification_id, notifier, kind, group_key, severity, alerts, created_at, due_at, attempts, sent_at,
                given_up_at, last_error
            FROM alert_notifications
            WHERE organization_id = :organization FILTERED
            ORDER BY notification_id DESC
            LIMIT :limit
            """;

    private final OrganizationDatabase database;

    public NotificationLog(OrganizationDatabase database) {
        this.database = database;
    }

    /// What became of a notification.
    public enum State {
        WAITING("due_at IS NOT NULL"),
        SENT("sent_at IS NOT NULL"),
        GIVEN_UP("given_up_at IS NOT NULL");

        private final String word = name().toLowerCase(Locale.ROOT).replace('_', '-');
        private final String sql;

        State(String sql) {
            this.sql = sql;
        }

        @JsonValue
        public String word() {
            return word;
        }
    }

    /// A notification to one notifier. Immutable and thread-safe.
    ///
    /// @param nextTryAt null when it is not tried any more
    /// @param error why the newest try failed; null when none did
    public record Entry(
            UUID id,
            String notifier,
            String kind,
            String group,
            String severity,
            State state,
            List<UUID> alerts,
            Instant createdAt,
            int attempts,
            @Nullable Instant nextTryAt,
            @Nullable Instant sentAt,
            @Nullable Instant givenUpAt,
            @Nullable String error) {
        static Entry map(ResultSet row) throws SQLException {
            Instant due = Columns.nullableInstant(row, "due_at");
            Instant sent = Columns.nullableInstant(row, "sent_at");
            return new Entry(
                    Columns.uuid(row, "notification_id"),
                    row.getString("notifier"),
                    row.getString("kind"),
                    row.getString("group_key"),
                    row.getString("severity"),
                    due != null ? State.WAITING : sent != null ? State.SENT : State.GIVEN_UP,
                    Columns.uuids(row, "alerts"),
                    Columns.instant(row, "created_at"),
                    row.getInt("attempts"),
                    due,
                    sent,
                    Columns.nullableInstant(row, "given_up_at"),
                    row.getString("last_error"));
        }
    }

    /// Newest first.
    ///
    /// @param before a notification a page ended with
    public List<Entry> list(
            Optional<State> state, Optional<String> notifier, Optional<UUID> alert, Optional<UUID> before, int limit) {
        Filter filter = new Filter()
                .with("organization", database.organization())
                .with("limit", limit)
                .and("notifier = :notifier", "notifier", notifier);
        state.ifPresent(wanted -> filter.and(wanted.sql));
        alert.ifPresent(wanted -> filter.and(":alert = ANY (alerts)").with("alert", wanted));
        before.ifPresent(last -> filter.and("notification_id < :before").with("before", last));
        return database.list(filter.into(LIST), filter.parameters(), (row, context) -> Entry.map(row));
    }
}
