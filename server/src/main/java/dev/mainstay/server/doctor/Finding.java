package dev.mainstay.server.doctor;

import java.util.Locale;

/// What one check found. Immutable and thread-safe.
///
/// @param remedy what to do; empty when nothing is to be done
public record Finding(String check, Verdict verdict, String detail, String remedy) {
    /// `SKIPPED`: could not be tried, because of a check before it.
    public enum Verdict {
        OK,
        WARNING,
        FAILED,
        SKIPPED;

        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    static Finding ok(String check, String detail) {
        return new Finding(check, Verdict.OK, detail, "");
    }

    static Finding warning(String check, String detail, String remedy) {
        return new Finding(check, Verdict.WARNING, detail, remedy);
    }

    static Finding failed(String check, String detail, String remedy) {
        return new Finding(check, Verdict.FAILED, detail, remedy);
    }

    static Finding skipped(String check) {
        return new Finding(check, Verdict.SKIPPED, "not tried", "mend the check before it first");
    }
}
