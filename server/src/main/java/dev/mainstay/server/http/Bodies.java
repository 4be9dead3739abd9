package dev.mainstay.server.http;

/// Parts of bodies that several routes take. Stateless and thread-safe.
final class Bodies {
    private static final int REASON_LENGTH = 500;

    private Bodies() {}

    /// Why somebody does this: kept in the event that tells of it.
    static String reason(Fields fields) {
        return fields.text("reason", REASON_LENGTH);
    }
}
