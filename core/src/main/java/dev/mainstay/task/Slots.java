package dev.mainstay.task;

/// Places for tasks on one node: so many may run at once, and of those that ended only so many may wait to be stored.
/// A place is taken before its task is claimed, so that what is claimed always has one. Thread-safe.
final class Slots {
    /// How many times the capacity may be claimed and not yet stored.
    private static final int UNSTORED = 4;

    private final int capacity;
    private int active;
    private int held;

    Slots(int capacity) {
        this.capacity = capacity;
    }

    int capacity() {
        return capacity;
    }

    synchronized int free() {
        return Math.min(capacity - active, UNSTORED * capacity - held);
    }

    /// Takes as many as there are, `most` at most.
    ///
    /// @return how many
    synchronized int take(int most) {
        int taken = Math.max(0, Math.min(most, free()));
        active += taken;
        held += taken;
        return taken;
    }

    /// Takes one, if fewer than `limit` are in use by tasks that run.
    synchronized boolean takeOneBelow(int limit) {
        return active < limit && take(1) == 1;
    }

    /// For what was not claimed after all, or was lost before it ran.
    synchronized void giveBack(int places) {
        active -= places;
        held -= places;
    }

    /// One runs no longer; its end is not stored yet.
    ///
    /// @return whether with it half of them are free, so that a claim is worth it
    synchronized boolean ended() {
        active--;
        return active == capacity / 2;
    }

    synchronized void stored(int tasks) {
        held -= tasks;
    }

    /// How many run or are not stored yet.
    synchronized int held() {
        return held;
    }
}
