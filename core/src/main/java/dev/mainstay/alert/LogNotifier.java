package dev.mainstay.alert;

import dev.mainstay.telemetry.Severity;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells the log: an error for what is critical, a warning for the rest. Thread-safe.
public final class LogNotifier implements Notifier {
    private static final Logger LOG = LoggerFactory.getLogger("mainstay.alerts");

    @Override
    public void send(Notification notification) {
        var line = notification.severity().compareTo(Severity.CRITICAL) >= 0
                        && notification.kind() != Notification.Kind.RESOLVED
                ? LOG.atError()
                : LOG.atWarn();
        line.addKeyValue("notification", notification.id()).log(notification.title());
    }
}
