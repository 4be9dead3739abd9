package dev.mainstay.agents.check;

import java.util.Locale;

/// What can happen to a file between two looks.
public enum FileChange {
    NEW,
    CHANGED,
    REMOVED;

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
