package dev.mainstay.task;

import java.util.UUID;

/// The lease of a batch of tasks of one organization and type. Confined to the completer, once its tasks run.
final class Claim {
    private final UUID organization;
    private final UUID token;
    private final UUID session;
    private int open;

    Claim(UUID organization, UUID token, UUID session) {
        this.organization = organization;
        this.token = token;
        this.session = session;
    }

    UUID organization() {
        return organization;
    }

    UUID token() {
        return token;
    }

    /// Under which it was claimed; nothing of it is held under another.
    UUID session() {
        return session;
    }

    /// One more task of it was claimed.
    void added() {
        open++;
    }

    /// How many of its tasks have not ended.
    int open() {
        return open;
    }

    void ended(int tasks) {
        open -= tasks;
    }
}
