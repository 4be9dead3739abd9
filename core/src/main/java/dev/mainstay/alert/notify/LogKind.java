package dev.mainstay.alert.notify;

import dev.mainstay.alert.LogNotifier;
import dev.mainstay.alert.Notifier;
import dev.mainstay.alert.NotifierKind;

/// `type: log`. Stateless and thread-safe.
public final class LogKind implements NotifierKind<LogKind.Nothing> {
    /// It has no settings.
    public record Nothing() {}

    @Override
    public String name() {
        return "log";
    }

    @Override
    public String description() {
        return "Writes a line to the log; one called log is always there.";
    }

    @Override
    public Class<Nothing> settings() {
        return Nothing.class;
    }

    @Override
    public Notifier create(Nothing settings) {
        return new LogNotifier();
    }
}
