package dev.mainstay.alert;

import dev.mainstay.postgres.Columns;
import dev.mainstay.postgres.StorableText;
import dev.mainstay.telemetry.Severity;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/// The outbox as those see it who deliver. Stateless and thread-safe.
final class DeliveryStore {
    /// A delivery nobody has told the end of is tried again after so long.
    private static final Duration UNANSWERED = Duration.ofMinutes(1);
    /// After this time nobody is told any more.
    static final Duration GIVEN_UP_AFTER = Duration.ofHours(24);

    private static final int LONGEST_ERROR = 1_000;

    private static final String CLAIM = """
            WITH due AS MATERIALIZED (
                SELECT notification.organization_id, notification.notification_id
                FROM (
                    SELECT DISTINCT notifier
                    FROM alert_notifications
                    WHERE due_at <= clock_timestamp()) waiting
                LEFT JOIN unnest(:busy, :running) AS busy (notifier, running) USING (notifier)
                CROSS JOIN LATERAL (
                    SELECT organization_id, notification_id
                    FROM alert_notifications
                    WHERE due_at <= clock_timestamp() AND notifier = waiting.notifier
                    ORDER BY CASE severity
                        WHEN 'emergency' THEN 0 WHEN 'critical' THEN 1 WHEN 'warning' THEN 2 ELSE 3 END, due_at
                    LIMIT greatest(0, :most - coalesce(busy.running, 0))
                    FOR UPDATE SKIP LOCKED) notification)
            UPDATE alert_notifications notification
            SET is_open = false, attempts = attempts + 1,
                due_at = clock_timestamp() + make_interval(secs => :unanswered)
            FROM due
            WHERE notification.organization_id = due.organization_id
                AND notification.notification_id = due.notification_id
            RETURNING notification.*
            """;

    /// Nobody is told that something fires which has been resolved since, nor that it is over when it fires again.
    private static final String ALERTS = """
            SELECT %s
            FROM alerts
            WHERE organization_id = :organization AND alert_id = ANY (:alerts)
                AND CASE WHEN :kind IN ('firing', 'escalated') THEN state <> 'resolved'
                    ELSE :kind <> 'resolved' OR state = 'resolved' END
            ORDER BY CASE severity WHEN 'emergency' THEN 0 WHEN 'critical' THEN 1 WHEN 'warning' THEN 2 ELSE 3 END, alert_id
            """.formatted(Alert.COLUMNS);

    private static final String SENT = """
            UPDATE alert_notifications
            SET sent_at = clock_timestamp(), due_at = NULL, last_error = NULL
            WHERE organization_id = :organization AND notification_id = :id AND attempts = :attempt
            """;

    /// Five seconds, doubled with each try up to a quarter of an hour.
    private static final String FAILED = """
            UPDATE alert_notifications
            SET last_error = :error,
                given_up_at = CASE WHEN created_at < clock_timestamp() - make_interval(secs => :given) THEN clock_timestamp() END,
                due_at = CASE WHEN created_at < clock_timestamp() - make_interval(secs => :given) THEN NULL
                    ELSE clock_timestamp() + least(interval '15 minutes', interval '5 seconds' * power(2, least(attempts - 1, 10)))
                    END
            WHERE organization_id = :organization AND notification_id = :id AND attempts = :attempt
            """;

    /// A try to deliver.
    record Delivery(String notifier, Notification notification) {}

    private record Claimed(
            UUID organization,
            UUID id,
            String notifier,
            Notification.Kind kind,
            String group,
            Severity severity,
            List<UUID> alerts,
            Instant createdAt,
            int attempt) {}

    /// What is due now; a notification of which nothing is left counts as sent.
    ///
    /// @param running how many deliveries each notifier has in hand; one that is not there has none
    /// @param most so many a notifier may have in hand
    List<Delivery> claim(Handle handle, Map<String, Integer> running, int most) {
        return handle
                .createQuery(CLAIM)
                .bindArray("busy", String.class, running.keySet().toArray())
                .bindArray("running", Integer.class, running.values().toArray())
                .bind("most", most)
                .bind("unanswered", (double) UNANSWERED.toSeconds())
                .map((row, context) -> new Claimed(
                        Columns.uuid(row, "organization_id"),
                        Columns.uuid(row, "notification_id"),
                        row.getString("notifier"),
                        Notification.Kind.of(row.getString("kind")),
                        row.getString("group_key"),
                        Severity.of(row.getString("severity")),
                        Columns.uuids(row, "alerts"),
                        Columns.instant(row, "created_at"),
                        row.getInt("attempts")))
                .list()
                .stream()
                .flatMap(claimed -> delivery(handle, claimed).stream())
                .toList();
    }

    private Optional<Delivery> delivery(Handle handle, Claimed claimed) {
        Notification notification = notification(handle, claimed);
        if (notification.total() == 0 && !claimed.alerts().isEmpty()) {
            sent(handle, notification);
            return Optional.empty();
        }
        return Optional.of(new Delivery(claimed.notifier(), notification));
    }

    private static Notification notification(Handle handle, Claimed claimed) {
        List<Alert> alerts = handle.createQuery(ALERTS)
                .bind("organization", claimed.organization())
                .bindArray("alerts", UUID.class, claimed.alerts())
                .bind("kind", claimed.kind().word())
                .map((row, context) -> Alert.map(row))
                .list();
        boolean isFiring = claimed.kind() == Notification.Kind.FIRING || claimed.kind() == Notification.Kind.ESCALATED;
        return new Notification(
                claimed.organization(),
                claimed.id(),
                claimed.kind(),
                claimed.severity(),
                claimed.group(),
                claimed.createdAt(),
                claimed.attempt(),
                alerts.size(),
                isFiring ? alerts.subList(0, Math.min(alerts.size(), Notification.MOST_ALERTS)) : alerts);
    }

    int sent(Handle handle, Notification notification) {
        return handle.createUpdate(SENT)
                .bind("organization", notification.organization())
                .bind("id", notification.id())
                .bind("attempt", notification.attempt())
                .execute();
    }

    int failed(Handle handle, Notification notification, String error) {
        return handle.createUpdate(FAILED)
                .bind("organization", notification.organization())
                .bind("id", notification.id())
                .bind("attempt", notification.attempt())
                .bind("error", StorableText.of(error, LONGEST_ERROR))
                .bind("given", (double) GIVEN_UP_AFTER.toSeconds())
                .execute();
    }
}
