package dev.mainstay.telemetry;

import dev.mainstay.postgres.Jsonb;
import tools.jackson.core.JacksonException;

/// An event with its detail already written as JSON, so that a detail that cannot be written fails the caller who
/// brought it and not a batch. Immutable.
record ReadyEvent(Event event, String detail) {
    private static final int LONGEST_DETAIL = 1_000_000;

    static ReadyEvent of(Event event) {
        String detail;
        try {
            detail = Jsonb.text(event.detail());
        } catch (JacksonException e) {
            throw new IllegalArgumentException(
                    "event " + event.type() + " was not taken: its detail cannot be written as JSON: "
                            + e.getOriginalMessage(),
                    e);
        }
        if (detail.length() > LONGEST_DETAIL) {
            throw new IllegalArgumentException("event " + event.type() + " was not taken: its detail has "
                    + detail.length() + " characters of at most " + LONGEST_DETAIL);
        }
        return new ReadyEvent(event, detail);
    }
}
