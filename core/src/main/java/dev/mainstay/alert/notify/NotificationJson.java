package dev.mainstay.alert.notify;

import dev.mainstay.alert.Alert;
import dev.mainstay.alert.Notification;
import dev.mainstay.postgres.Jsonb;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A notification as JSON, as webhooks and programs are given it; docs/guide/alerts.md shows it. Stateless and
/// thread-safe.
final class NotificationJson {
    private NotificationJson() {}

    static String of(Notification notification) {
        return Jsonb.any(map(notification));
    }

    private static Map<String, Object> map(Notification notification) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("id", notification.id().toString());
        map.put("kind", notification.kind().word());
        map.put("severity", notification.severity().word());
        map.put("title", notification.title());
        map.put("group", notification.group());
        map.put("createdAt", notification.createdAt().toString());
        map.put("attempt", notification.attempt());
        map.put("total", notification.total());
        map.put(
                "alerts",
                notification.alerts().stream()
                        .limit(Notification.MOST_ALERTS)
                        .map(NotificationJson::map)
                        .toList());
        return map;
    }

    static Map<String, @Nullable Object> map(Alert alert) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("id", alert.id().toString());
        map.put("fingerprint", alert.fingerprint());
        map.put("rule", alert.rule());
        map.put("severity", alert.severity().word());
        map.put("state", alert.state().word());
        map.put("agent", alert.agent());
        map.put("node", alert.node());
        map.put("labels", Jsonb.map(alert.labels()));
        map.put("summary", alert.summary());
        map.put("value", alert.value());
        map.put("evidence", Jsonb.map(alert.evidence()));
        map.put("runbook", alert.runbook());
        map.put("beganAt", alert.beganAt().toString());
        map.put("firedAt", text(alert.firedAt()));
        map.put("acknowledgedBy", alert.acknowledgedBy());
        map.put("resolvedAt", text(alert.resolvedAt()));
        map.put("flapping", alert.flapping());
        return map;
    }

    private static @Nullable String text(@Nullable Instant moment) {
        return moment == null ? null : moment.toString();
    }
}
