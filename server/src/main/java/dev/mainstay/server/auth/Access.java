package dev.mainstay.server.auth;

import java.util.Locale;

/// Who may use a route. Every route names one; there is no default, so nothing is open by accident. Immutable.
public enum Access {
    /// Anybody, without a key.
    PUBLIC,
    /// Any valid key.
    ANY,
    VIEWER,
    OPERATOR,
    ADMIN,
    /// Programs that report from outside; people who look after them may do the same by hand.
    AGENT,
    /// Like viewer; an agent for its own entries, which the handler checks.
    STATE_READ,
    /// Like operator; an agent for its own entries, which the handler checks.
    STATE_WRITE;

    public boolean allows(Role role) {
        return switch (this) {
            case PUBLIC, ANY, STATE_READ -> true;
            case VIEWER -> role != Role.AGENT;
            case OPERATOR -> role == Role.OPERATOR || role == Role.ADMIN;
            case ADMIN -> role == Role.ADMIN;
            case AGENT, STATE_WRITE -> role != Role.VIEWER;
        };
    }

    /// The word in the OpenAPI document.
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
