package dev.mainstay.schedule;

import java.util.Locale;

/// Who says what a schedule is.
public enum ScheduleSource {
    /// The program, with [dev.mainstay.FleetBuilder].
    CODE,
    /// `mainstay.yml`.
    FILE,
    /// A request, the command line or a person at the dashboard.
    API;

    /// As stored and shown.
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    static ScheduleSource ofWord(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }
}
