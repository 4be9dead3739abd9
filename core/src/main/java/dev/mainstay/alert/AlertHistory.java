package dev.mainstay.alert;

import dev.mainstay.postgres.Database;
import dev.mainstay.postgres.OldRows;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;

/// What is over and nobody looks at any more: recoveries first, with the state of agents they set aside, then the
/// alerts they were of, then who was told, then
/// silences. Stateless and thread-safe.
public final class AlertHistory {
    /// Each deletes a batch; an alert of which a recovery is left stays with it.
    private static final List<String> OLD = List.of("""
            WITH old AS MATERIALIZED (
                SELECT organization_id, recovery_id
                FROM recoveries
                WHERE ended_at < now() - make_interval(secs => :kept)
                LIMIT :batch),
            actions AS (
                DELETE FROM recovery_actions
                USING old
                WHERE recovery_actions.organization_id = old.organization_id
                    AND recovery_actions.recovery_id = old.recovery_id),
            aside AS (
                DELETE FROM system_state
                USING old
                WHERE system_state.organization_id = old.organization_id AND starts_with(system_state.key, 'recovery/')
                    AND split_part(system_state.key, '/', 2) = old.recovery_id::text)
            DELETE FROM recoveries
            USING old
            WHERE recoveries.organization_id = old.organization_id AND recoveries.recovery_id = old.recovery_id
            """, """
            DELETE FROM alerts
            USING (
                SELECT organization_id, alert_id
                FROM alerts alert
                WHERE state = 'resolved' AND resolved_at < now() - make_interval(secs => :kept)
                    AND (told_at >= resolved_at OR told_at IS NULL)
                    AND NOT EXISTS (
                        SELECT
                        FROM recoveries recovery
                        WHERE recovery.organization_id = alert.organization_id
                            AND recovery.alert_id = alert.alert_id)
                LIMIT :batch) old
            WHERE alerts.organization_id = old.organization_id AND alerts.alert_id = old.alert_id
            """, """
            DELETE FROM alert_notifications
            USING (
                SELECT organization_id, notification_id
                FROM alert_notifications
                WHERE due_at IS NULL AND coalesce(sent_at, given_up_at) < now() - make_interval(secs => :kept)
                LIMIT :batch) old
            WHERE alert_notifications.organization_id = old.organization_id
                AND alert_notifications.notification_id = old.notification_id
            """, """
            DELETE FROM alert_silences
            USING (
                SELECT organization_id, silence_id
                FROM alert_silences
                WHERE ends_at < now() - make_interval(secs => :kept)
                LIMIT :batch) old
            WHERE alert_silences.organization_id = old.organization_id AND alert_silences.silence_id = old.silence_id
            """);

    private AlertHistory() {}

    /// Deletes what has been over for longer than `kept`, a transaction a batch.
    ///
    /// @param check fails in a transaction of one who leads no longer
    public static void forget(Database database, Duration kept, Consumer<Handle> check) {
        OldRows.delete(database, OLD, kept, check);
    }
}
