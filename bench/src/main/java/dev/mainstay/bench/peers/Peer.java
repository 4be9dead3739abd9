package dev.mainstay.bench.peers;

import dev.mainstay.bench.lab.Laboratory;
import dev.mainstay.bench.report.Goal;
import java.io.IOException;
import java.util.Locale;
import java.util.Optional;

/// Which other systems can be measured beside ours. Immutable and thread-safe.
public enum Peer {
    DB_SCHEDULER("DbScheduler", 4),
    JOBRUNR("JobRunr", 10),
    GRAPHILE_WORKER("GraphileWorker", 1.2);

    private final String figure;
    private final double timesFaster;

    Peer(String figure, double timesFaster) {
        this.figure = figure;
        this.timesFaster = timesFaster;
    }

    /// What the figure that compares ours with it is called.
    public String ratio() {
        return "ratioTo" + figure;
    }

    /// What a figure of its own is called.
    public String figure(String what) {
        return figure.substring(0, 1).toLowerCase(Locale.ROOT) + figure.substring(1) + what;
    }

    /// How many times as fast as it tasks should be worked off.
    public Goal goal() {
        return Goal.atLeast(timesFaster);
    }

    /// As it is typed.
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /// Ready for its first round, with a database of its own; empty where this machine cannot run it.
    ///
    /// @param payload of each task, as JSON
    public Optional<Rounds> open(Laboratory laboratory, String payload) throws IOException, InterruptedException {
        return switch (this) {
            case DB_SCHEDULER -> {
                PeerDatabase database = PeerDatabase.create(laboratory, "peer_db_scheduler");
                yield Optional.of(new PeerRounds(database, new DbSchedulerQueue(database), payload));
            }
            case JOBRUNR -> {
                PeerDatabase database = PeerDatabase.create(laboratory, "peer_jobrunr");
                yield Optional.of(new PeerRounds(database, new JobRunrQueue(database), payload));
            }
            case GRAPHILE_WORKER -> GraphileRounds.open(laboratory, payload);
        };
    }
}
