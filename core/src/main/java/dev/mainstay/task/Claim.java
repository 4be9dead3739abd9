package dev.mainstay.task;

import java.util.UUID;

/// The lease of a batch of tasks of one organization and type. Confined to the completer, once its tasks run.
final class Claim {
    private final UUID organization;
    private final UUID token;
    private int open;

    Claim(UUID organization, UUID token) {
        this.organization = organization;
        this.token = token;
    }

    UUID organization() {
        return organization;
    }

    UUID token() {
        return token;
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
