package dev.mainstay.server.http;

/// Why this side closes a socket: the code and the words of its close frame. Immutable.
enum SocketEnd {
    STOPPING(1001, "this node stops; connect again"),
    UNAUTHENTICATED(
            4401, "no valid key: send {\"type\": \"auth\", \"token\": \"mst_…\"} first, or the header Authorization"),
    TOO_SLOW(4408, "too slow: frames were not read in time; ask for less credit"),
    TOO_MANY(4429, "too many sockets of this key, or on this node");

    private final int code;
    private final String reason;

    SocketEnd(int code, String reason) {
        this.code = code;
        this.reason = reason;
    }

    int code() {
        return code;
    }

    String reason() {
        return reason;
    }
}
