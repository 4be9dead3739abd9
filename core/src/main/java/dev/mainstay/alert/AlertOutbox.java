package dev.mainstay.alert;

import static dev.mainstay.postgres.Columns.column;

import dev.mainstay.telemetry.Severity;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/// Puts alerts into notifications, in the transaction that saw them change. Immutable and thread-safe.
///
/// A route's notification of a group stays open until it is due; alerts that fire meanwhile join it. The first of a
/// group is due when it has gathered, the next no sooner than the pause after the one before.
final class AlertOutbox {
    private static final String UNTOLD = """
            UPDATE alerts
            SET told_at = :now
            WHERE organization_id = :organization AND state = 'firing' AND told_at IS NULL
                AND inhibited_by IS NULL AND silence_id IS NULL
            RETURNING group_key, %s
            """.formatted(Alert.COLUMNS);

    /// Told, resolved, and not told of yet. `told_at` no sooner than `resolved_at` says that it was; that may be later
    /// than now, which is when this transaction began.
    private static final String RESOLVED = """
            UPDATE alerts
            SET told_at = greatest(:now, resolved_at)
            WHERE organization_id = :organization AND state = 'resolved' AND told_at < resolved_at
            RETURNING group_key, %s
            """.formatted(Alert.COLUMNS);

    /// The same for those somebody takes care of.
    private static final String ACKNOWLEDGED = """
            UPDATE alerts
            SET told_at = greatest(:now, acknowledged_at)
            WHERE organization_id = :organization AND state = 'acknowledged' AND told_at < acknowledged_at
            RETURNING group_key, %s
            """.formatted(Alert.COLUMNS);

    private static final String ESCALATING = """
            SELECT group_key, %s
            FROM alerts
            WHERE organization_id = :organization AND state = 'firing' AND escalates_at <= :now
                AND inhibited_by IS NULL AND silence_id IS NULL
            FOR UPDATE
            """.formatted(Alert.COLUMNS);

    /// The pause counts from when the former one was sent; one that has not been yet is sent now at the soonest.
    private static final String JOIN = Severity.graded("""
            INSERT INTO alert_notifications AS notification
                (organization_id, notifier, kind, group_key, severity, alerts, created_at, due_at)
            SELECT :organization, :notifier, :kind, :group, :severity, :alerts, :now,
                greatest(:now + make_interval(secs => :gather), :now, (
                    SELECT max(coalesce(former.sent_at, former.given_up_at, :now)) + make_interval(secs => :pause)
                    FROM alert_notifications former
                    WHERE former.organization_id = :organization AND former.notifier = :notifier
                        AND former.group_key = :group AND former.kind = :kind))
            ON CONFLICT (organization_id, notifier, group_key, kind) WHERE is_open DO UPDATE
            SET alerts = notification.alerts
                    || ARRAY(SELECT unnest(excluded.alerts) EXCEPT SELECT unnest(notification.alerts)),
                severity = CASE WHEN GRADE(excluded.severity) > GRADE(notification.severity) THEN excluded.severity
                    ELSE notification.severity END
            """);

    /// Counted from when it was first told of in this opening.
    private static final String LADDER = """
            UPDATE alerts
            SET escalation = given.escalation,
                escalates_at = CASE WHEN given.seconds >= 0 THEN told_at + make_interval(secs => given.seconds) END
            FROM unnest(:alerts, :escalations, :seconds) AS given (alert_id, escalation, seconds)
            WHERE alerts.organization_id = :organization AND alerts.alert_id = given.alert_id
            """;

    private final UUID organization;
    private final List<Route> routes;
    private final Map<String, List<String>> notifiers = new HashMap<>();

    /// @param rules those of the organization that are looked at
    AlertOutbox(UUID organization, List<Route> routes, List<AlertRule> rules) {
        this.organization = organization;
        this.routes = routes;
        rules.forEach(rule -> notifiers.put(rule.name(), rule.notifiers()));
    }

    private record Changed(String group, Alert alert) {}

    private record Target(String notifier, Notification.Kind kind, String group, Route route) {}

    void write(Handle handle, Instant now) {
        Map<Target, List<Alert>> joining = new LinkedHashMap<>();
        List<Changed> untold = changed(handle, UNTOLD, now);
        untold.forEach(each -> route(joining, each, Notification.Kind.FIRING));
        changed(handle, ACKNOWLEDGED, now).forEach(each -> route(joining, each, Notification.Kind.ACKNOWLEDGED));
        changed(handle, RESOLVED, now).forEach(each -> route(joining, each, Notification.Kind.RESOLVED));
        climb(handle, untold, 0);
        List<Changed> escalating = changed(handle, ESCALATING, now);
        escalating.forEach(each -> escalate(joining, each));
        climb(handle, escalating, 1);
        joining.forEach((target, alerts) -> join(handle, target, alerts, now));
    }

    private List<Changed> changed(Handle handle, String sql, Instant now) {
        return handle.createQuery(sql)
                .bind("organization", organization)
                .bind("now", now.atOffset(ZoneOffset.UTC))
                .map((row, context) -> new Changed(row.getString("group_key"), Alert.map(row)))
                .list();
    }

    private void route(Map<Target, List<Alert>> joining, Changed changed, Notification.Kind kind) {
        Route route = route(changed.alert());
        List<String> own = notifiers.getOrDefault(changed.alert().rule(), List.of());
        (own.isEmpty() ? route.notifiers() : own).forEach(notifier -> put(joining, changed, notifier, kind, route));
    }

    /// The route of the gravest severity that still takes it; the log when there is none.
    private Route route(Alert alert) {
        return routes.stream()
                .filter(each -> alert.severity().compareTo(each.from()) >= 0)
                .reduce((one, other) -> other.from().compareTo(one.from()) > 0 ? other : one)
                .orElseGet(() -> Route.of(Severity.INFO, AlertEngine.LOG));
    }

    private void escalate(Map<Target, List<Alert>> joining, Changed changed) {
        Route route = route(changed.alert());
        int rung = changed.alert().escalation();
        if (rung < route.ladder().size()) {
            route.ladder()
                    .get(rung)
                    .notifiers()
                    .forEach(notifier -> put(joining, changed, notifier, Notification.Kind.ESCALATED, route));
        }
    }

    private static void put(
            Map<Target, List<Alert>> joining, Changed changed, String notifier, Notification.Kind kind, Route route) {
        joining.computeIfAbsent(new Target(notifier, kind, changed.group(), route), _ -> new ArrayList<>())
                .add(changed.alert());
    }

    /// Says when the next rung of the ladder comes.
    ///
    /// @param by how many rungs were taken now
    private void climb(Handle handle, List<Changed> all, int by) {
        if (all.isEmpty()) {
            return;
        }
        handle.createUpdate(LADDER)
                .bind("organization", organization)
                .bindArray(
                        "alerts", UUID.class, column(all, each -> each.alert().id()))
                .bindArray("escalations", Integer.class, column(all, each -> rung(each, by)))
                .bindArray("seconds", Double.class, column(all, each -> seconds(each, rung(each, by))))
                .execute();
    }

    private static int rung(Changed changed, int by) {
        return by == 0 ? 0 : changed.alert().escalation() + by;
    }

    private double seconds(Changed changed, int rung) {
        List<Route.Rung> ladder = route(changed.alert()).ladder();
        return rung < ladder.size() ? seconds(ladder.get(rung).after()) : -1;
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1e3;
    }

    private void join(Handle handle, Target target, List<Alert> alerts, Instant now) {
        Severity gravest =
                alerts.stream().map(Alert::severity).max(Severity::compareTo).orElseThrow();
        boolean isFiring = target.kind() == Notification.Kind.FIRING;
        boolean isResolved = target.kind() == Notification.Kind.RESOLVED;
        handle.createUpdate(JOIN)
                .bind("organization", organization)
                .bind("notifier", target.notifier())
                .bind("kind", target.kind().word())
                .bind("group", target.group())
                .bind("severity", gravest.word())
                .bindArray("alerts", UUID.class, column(alerts, Alert::id))
                .bind("now", now.atOffset(ZoneOffset.UTC))
                .bind("gather", isFiring ? seconds(target.route().gather(gravest)) : 0)
                .bind("pause", isFiring || isResolved ? seconds(target.route().pause()) : 0)
                .execute();
    }
}
