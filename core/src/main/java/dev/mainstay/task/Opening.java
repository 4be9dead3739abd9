package dev.mainstay.task;

import java.util.UUID;

/// A lane and rank in which something is claimable. Immutable.
record Opening(UUID organization, int lane, String queue, String type, boolean isLimited, int rank) {
    LaneStore.Queue inQueue() {
        return new LaneStore.Queue(organization, queue);
    }

    int priority() {
        return rank / 2;
    }

    boolean isForSuspects() {
        return rank % 2 == 0;
    }

    Want want(int quota) {
        return new Want(inQueue(), lane, rank, 0, quota);
    }
}
