package dev.mainstay.server.http;

/// Parts of bodies that several routes take. Stateless and thread-safe.
final class Bodies {
    private static final int REASON_LENGTH = 500;

    private Bodies() {}

    /// The same where there is no body.
    static String reasonOfQuery(Request request) {
        String reason = request.query("reason").orElse("");
        if (reason.isBlank() || reason.length() > REASON_LENGTH) {
            throw Refusal.parameter("reason", "must say why, in at most " + REASON_LENGTH + " characters");
        }
        return reason;
    }

    /// Why somebody does this: kept in the event that tells of it.
    static String reason(Fields fields) {
        return fields.text("reason", REASON_LENGTH);
    }
}
