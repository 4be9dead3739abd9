package dev.mainstay.task;

/// A wish for claimable tasks: at most `quota` of one lane and rank, from behind the low-water mark on.
record Want(LaneStore.Queue queue, int lane, int rank, long above, int quota) {}
