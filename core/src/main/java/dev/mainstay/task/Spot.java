package dev.mainstay.task;

/// One lane and rank as the claimer sees it: whether something may be claimable there, and from where on. Its hint may
/// be given, and whether something waits be asked, by any thread; the rest is confined to the claimer.
final class Spot {
    private final LaneStore.Lane lane;
    private final int rank;
    private final LowWater lowWater = new LowWater();
    private volatile long hinted;
    private volatile long seen = -1;
    private volatile boolean isDrained;

    Spot(LaneStore.Lane lane, int rank) {
        this.lane = lane;
        this.rank = rank;
    }

    LaneStore.Lane lane() {
        return lane;
    }

    int rank() {
        return rank;
    }

    boolean isForSuspects() {
        return rank % 2 == 0;
    }

    /// Something may have become claimable.
    @SuppressWarnings("NonAtomicVolatileUpdate") // any change will do, and a lost one is made up for by the poll
    void hint() {
        hinted++;
    }

    long hinted() {
        return hinted;
    }

    boolean isPromising() {
        return seen != hinted;
    }

    /// Nothing was left there, or nothing of it could start, when the hints were as `then`.
    void emptied(long then) {
        seen = then;
        isDrained = true;
    }

    /// Something may be left there by the last claim.
    void left() {
        isDrained = false;
    }

    /// Whether the last claim left nothing there.
    boolean isDrained() {
        return isDrained;
    }

    LowWater lowWater() {
        return lowWater;
    }
}
