package dev.mainstay.postgres;

/// One migration and where it stands.
///
/// Immutable and thread-safe.
public record MigrationStatus(int version, String description, State state) {
    /// `CHANGED`: applied with other content than this program brings. `UNKNOWN`: applied by a newer Mainstay.
    public enum State {
        APPLIED,
        PENDING,
        CHANGED,
        FAILED,
        UNKNOWN
    }
}
