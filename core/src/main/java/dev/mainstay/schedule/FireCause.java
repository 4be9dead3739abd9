package dev.mainstay.schedule;

import java.util.Locale;

/// Why a schedule fired.
public enum FireCause {
    /// Its moment had come.
    PLANNED,
    /// A person asked for the moments of a past time.
    BACKFILL,
    /// A person wanted it now.
    MANUAL;

    /// As people read and write it.
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
