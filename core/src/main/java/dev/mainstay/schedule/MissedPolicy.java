package dev.mainstay.schedule;

import java.util.Locale;

/// What becomes of moments at which nobody fired: no node ran, or the database was away. Of those that are due
/// together only the newest can be on time; all before it are missed.
public enum MissedPolicy {
    /// None of the missed is made up for.
    SKIP,
    /// One fire for all that were missed, that of the newest moment.
    ONCE,
    /// A fire for each, the newest up to a limit.
    ALL;

    /// As people read and write it.
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    static MissedPolicy ofWord(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }
}
