package dev.mainstay.server.cli;

import dev.mainstay.ErrorCode;

/// How a command ends, for scripts. Stateless and thread-safe.
final class ExitCode {
    static final int OK = 0;
    static final int FAILURE = 1;
    static final int USAGE = 2;
    static final int NOT_FOUND = 3;
    static final int UNHEALTHY = 4;
    static final int AUTH = 5;
    static final int CONFLICT = 6;
    static final int TIMEOUT = 7;
    static final int UNREACHABLE = 8;

    private ExitCode() {}

    static int of(ErrorCode code) {
        return switch (code) {
            case CONFIG_INVALID, KIND_UNKNOWN -> USAGE;
            case AGENT_UNKNOWN, DATABASE_MISSING -> NOT_FOUND;
            case DATABASE_AUTH, MESSAGES_AUTH -> AUTH;
            case AGENT_DUPLICATE,
                    AGENT_IN_USE,
                    NODE_LAST,
                    TRANSITION_REFUSED,
                    LEASE_LOST,
                    STATE_CONFLICT,
                    NODE_DUPLICATE,
                    DATA_FOLDER_IN_USE,
                    PORT_IN_USE -> CONFLICT;
            case DATABASE_UNREACHABLE, DATABASE_TLS, MESSAGES_UNREACHABLE -> UNREACHABLE;
            default -> FAILURE;
        };
    }

    /// Of an answer of the API.
    static int ofStatus(int status) {
        return switch (status) {
            case 400, 413, 415, 422 -> USAGE;
            case 401, 403 -> AUTH;
            case 404, 405 -> NOT_FOUND;
            case 409, 412 -> CONFLICT;
            case 503 -> UNHEALTHY;
            default -> FAILURE;
        };
    }
}
