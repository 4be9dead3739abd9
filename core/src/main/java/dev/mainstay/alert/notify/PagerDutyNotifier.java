package dev.mainstay.alert.notify;

import dev.mainstay.alert.Alert;
import dev.mainstay.alert.AlertState;
import dev.mainstay.alert.Notification;
import dev.mainstay.alert.Notifier;
import dev.mainstay.postgres.Jsonb;
import dev.mainstay.telemetry.Severity;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/// Sends an event of the [Events API v2](https://developer.pagerduty.com/docs/events-api-v2-overview)
/// for each alert of a notification: organization and fingerprint of the alert are the key by which the
/// receiver keeps one incident of it, through trigger, acknowledge and resolve, however often each is
/// sent. Thread-safe.
public final class PagerDutyNotifier implements Notifier {
    private static final int LONGEST_SUMMARY = 1024;
    private static final int LONGEST_KEY = 255;
    private static final int MOST_TAKEN = 100;

    private final PagerDutySettings settings;
    private final HttpPost post;
    /// The events that were taken of notifications that were not wholly: several hundred alerts that are resolved
    /// together need more than one attempt.
    private final Map<UUID, Set<String>> taken = Collections.synchronizedMap(new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<UUID, Set<String>> eldest) {
            return size() > MOST_TAKEN;
        }
    });

    public PagerDutyNotifier(PagerDutySettings settings) {
        this.settings = settings;
        this.post = new HttpPost(settings.target());
    }

    @Override
    public void send(Notification notification) throws Exception {
        sendAndHear(notification);
    }

    @Override
    public String sendAndHear(Notification notification) throws Exception {
        if (notification.kind() == Notification.Kind.TEST) {
            return test(notification);
        }
        Set<String> before = taken.getOrDefault(notification.id(), Set.of());
        String heard = "nothing to tell: all has been resolved meanwhile";
        for (Alert alert : notification.alerts()) {
            String action = action(notification.kind(), alert.state());
            String told = action + ' ' + key(notification.organization(), alert);
            if (!action.isEmpty() && !before.contains(told)) {
                heard = post.send(Map.of(), event(action, notification.organization(), alert))
                        .words();
                taken.computeIfAbsent(notification.id(), _ -> ConcurrentHashMap.newKeySet())
                        .add(told);
            }
        }
        taken.remove(notification.id());
        return heard;
    }

    /// One that somebody may be called for, and that is over at once.
    private String test(Notification notification) throws Exception {
        Map<String, Object> event = event("trigger", "mainstay-test-" + notification.id());
        event.put("payload", payload(notification.title(), "Mainstay", Severity.INFO, notification.createdAt()));
        String heard = post.send(Map.of(), Jsonb.any(event)).words();
        event.put("event_action", "resolve");
        post.send(Map.of(), Jsonb.any(event));
        return heard;
    }

    /// Nothing is triggered late that has been resolved: the resolution may have been told before.
    private static String action(Notification.Kind kind, AlertState state) {
        return switch (kind) {
            case FIRING, ESCALATED, TEST -> state == AlertState.RESOLVED ? "" : "trigger";
            case ACKNOWLEDGED -> "acknowledge";
            case RESOLVED -> state == AlertState.RESOLVED ? "resolve" : "";
        };
    }

    private String event(String action, UUID organization, Alert alert) {
        Map<String, Object> event = event(action, key(organization, alert));
        if (action.equals("trigger")) {
            String source = alert.agent() != null ? alert.agent() : alert.node() != null ? alert.node() : "Mainstay";
            Map<String, Object> payload =
                    payload(alert.rule() + ": " + alert.subject(), source, alert.severity(), alert.beganAt());
            payload.put("group", alert.rule());
            payload.put("custom_details", NotificationJson.map(alert));
            event.put("payload", payload);
            if (alert.runbook() != null) {
                event.put("links", List.of(Map.of("href", alert.runbook(), "text", "Runbook")));
            }
        }
        return Jsonb.any(event);
    }

    /// The same for every incident of it, and another one in another organization that tells the same service.
    private static String key(UUID organization, Alert alert) {
        String whole = organization + "|" + alert.fingerprint();
        if (whole.length() <= LONGEST_KEY) {
            return whole;
        }
        String digest =
                UUID.nameUUIDFromBytes(whole.getBytes(StandardCharsets.UTF_8)).toString();
        return whole.substring(0, LONGEST_KEY - digest.length()) + digest;
    }

    private Map<String, Object> event(String action, String key) {
        Map<String, Object> event = new LinkedHashMap<>();
        event.put("routing_key", settings.routingKey().reveal());
        event.put("event_action", action);
        event.put("dedup_key", key);
        return event;
    }

    private static Map<String, Object> payload(String summary, String source, Severity severity, Instant at) {
        Map<String, Object> payload = new LinkedHashMap<>();
        payload.put("summary", summary.length() <= LONGEST_SUMMARY ? summary : summary.substring(0, LONGEST_SUMMARY));
        payload.put("source", source);
        payload.put("severity", severity == Severity.EMERGENCY ? Severity.CRITICAL.word() : severity.word());
        payload.put("timestamp", at.toString());
        return payload;
    }
}
