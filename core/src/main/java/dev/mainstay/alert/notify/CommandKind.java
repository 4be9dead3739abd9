package dev.mainstay.alert.notify;

import dev.mainstay.alert.Notifier;
import dev.mainstay.alert.NotifierKind;

/// `type: command`. Stateless and thread-safe.
public final class CommandKind implements NotifierKind<CommandSettings> {
    @Override
    public String name() {
        return "command";
    }

    @Override
    public String description() {
        return "Runs a program, without a shell, and gives it the notification as JSON on its standard input.";
    }

    @Override
    public Class<CommandSettings> settings() {
        return CommandSettings.class;
    }

    @Override
    public Notifier create(CommandSettings settings) {
        return new CommandNotifier(settings);
    }
}
