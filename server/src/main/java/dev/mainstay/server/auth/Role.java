package dev.mainstay.server.auth;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// What a key may do: each of the first three also what the ones before it may; `AGENT` is for programs that report
/// from outside and nothing else. Immutable.
public enum Role {
    VIEWER,
    OPERATOR,
    ADMIN,
    AGENT;

    /// The word in SQL and JSON.
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<Role> of(String word) {
        return Arrays.stream(values()).filter(role -> role.word().equals(word)).findFirst();
    }
}
