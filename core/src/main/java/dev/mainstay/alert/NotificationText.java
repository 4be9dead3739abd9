package dev.mainstay.alert;

import java.util.ArrayList;
import java.util.List;

/// A notification for people: a line an alert. Stateless and thread-safe.
public final class NotificationText {
    private NotificationText() {}

    /// What is told, the gravest first.
    ///
    /// @param most so many alerts at most; how many more there are is said
    public static List<String> lines(Notification notification, int most) {
        List<String> lines = new ArrayList<>();
        notification.alerts().stream().limit(most).forEach(alert -> lines.add(line(alert)));
        if (notification.total() > lines.size()) {
            lines.add("… and " + (notification.total() - lines.size()) + " more");
        }
        if (notification.kind() == Notification.Kind.TEST) {
            lines.add("Somebody tried whether this notifier works. Nothing is wrong.");
        }
        return lines;
    }

    private static String line(Alert alert) {
        StringBuilder line = new StringBuilder(alert.severity().word())
                .append("  ")
                .append(alert.rule())
                .append("  ")
                .append(alert.subject());
        if (alert.acknowledgedBy() != null) {
            line.append("  (").append(alert.acknowledgedBy()).append(" takes care of it)");
        }
        if (alert.flapping()) {
            line.append("  (comes and goes)");
        }
        if (alert.runbook() != null) {
            line.append("  ").append(alert.runbook());
        }
        return line.toString();
    }
}
