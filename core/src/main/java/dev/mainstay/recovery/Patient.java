package dev.mainstay.recovery;

import java.util.UUID;

/// Who is to be healed, of what, in which episode. Immutable and thread-safe.
public record Patient(UUID organization, UUID recovery, String agent, String cause, String summary) {
    /// In whose name events tell of what was done.
    public String actor() {
        return "recovery:" + recovery;
    }
}
