package dev.mainstay.server.auth;

import java.util.UUID;

/// Who makes a request: a key and what it stands for. Immutable.
///
/// @param key the id of the key, not its secret
public record Caller(UUID organization, String key, String name, Role role) {
    /// How this caller is named in events and as the writer of shared state: names are for people, and may be given
    /// twice, so the id stands by.
    public String actor() {
        return name + " (key " + key + ")";
    }
}
