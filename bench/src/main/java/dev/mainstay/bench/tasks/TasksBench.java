package dev.mainstay.bench.tasks;

import dev.mainstay.bench.lab.Laboratory;
import dev.mainstay.bench.peers.Drain;
import dev.mainstay.bench.peers.Peer;
import dev.mainstay.bench.peers.Rounds;
import dev.mainstay.bench.report.Figures;
import dev.mainstay.bench.report.Goal;
import dev.mainstay.bench.report.Measured;
import dev.mainstay.bench.report.Reporting;
import dev.mainstay.bench.report.Samples;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Tasks that do nothing, enqueued in batches and then worked off by one node, in turns with the hand-written limit and
/// with other systems on the same server. Used by one thread.
@Command(name = "tasks", description = "Enqueue and drain tasks that do nothing, next to other queues.")
public final class TasksBench implements Callable<Integer> {
    private final Map<String, Goal> goals = goals();

    @Option(names = "--tasks", defaultValue = "50000", description = "tasks a round (${DEFAULT-VALUE})")
    private int tasks;

    @Option(
            names = "--warm-up",
            defaultValue = "10",
            description = "rounds that do not count, one of them with the others (${DEFAULT-VALUE})")
    private int warmUp;

    @Option(names = "--rounds", defaultValue = "5", description = "rounds, after the warm-up (${DEFAULT-VALUE})")
    private int rounds;

    @Option(
            names = "--peers",
            split = ",",
            arity = "0..1",
            fallbackValue = "db-scheduler,jobrunr,graphile-worker",
            defaultValue = "db-scheduler,jobrunr",
            description = "other systems beside ours: ${COMPLETION-CANDIDATES}; all of them without names "
                    + "(${DEFAULT-VALUE}). Graphile Worker is installed by npm into a temporary folder")
    private Set<Peer> peers = Set.of();

    @Option(names = "--alone", description = "no other system but the hand-written queue")
    private boolean isAlone;

    @Mixin
    private Reporting reporting;

    private static Map<String, Goal> goals() {
        Map<String, Goal> goals = new LinkedHashMap<>();
        goals.put("enqueuePerSecond", Goal.atLeast(100_000));
        goals.put("drainPerSecond", Goal.atLeast(60_000));
        goals.put("ratioToLimit", Goal.atLeast(0.9));
        return goals;
    }

    @Override
    public Integer call() throws Exception {
        return reporting.report("tasks", goals, this::measure);
    }

    Measured measure() throws Exception {
        try (var laboratory = Laboratory.open()) {
            Map<Peer, Rounds> others = new EnumMap<>(Peer.class);
            try {
                for (Peer peer : isAlone ? Set.<Peer>of() : peers) {
                    peer.open(laboratory, text()).ifPresent(opened -> others.put(peer, opened));
                }
                return new Measured(figures(measure(laboratory, others)), laboratory.version());
            } finally {
                others.values().forEach(Rounds::close);
            }
        }
    }

    /// What one turn of all came to.
    private record Turn(Drain own, Drain limit, Map<Peer, Drain> others) {
        double ratioTo(Drain other) {
            return own.drainPerSecond() / other.drainPerSecond();
        }
    }

    private List<Turn> measure(Laboratory laboratory, Map<Peer, Rounds> others) throws Exception {
        var ours = new TaskRounds(laboratory, (value, context) -> {});
        var limit = new LimitQueue(laboratory);
        List<Turn> turns = new ArrayList<>();
        for (int round = 1 - warmUp; round <= rounds; round++) {
            Drain hand = limit.round(tasks, text());
            Drain own = ours.round(tasks, payload());
            Reporting.say("%s: enqueue %.0f/s, drain %.0f/s; the limit %.0f/s"
                    .formatted(
                            round > 0 ? "round " + round : "warm-up",
                            own.enqueuePerSecond(),
                            own.drainPerSecond(),
                            hand.drainPerSecond()));
            // One round of theirs takes as long as all of ours to warm up.
            Map<Peer, Drain> drains = round >= 0 ? drain(others) : Map.of();
            turns.add(new Turn(own, hand, drains));
        }
        return turns.subList(warmUp, turns.size());
    }

    private Map<Peer, Drain> drain(Map<Peer, Rounds> others) throws Exception {
        Map<Peer, Drain> drains = new EnumMap<>(Peer.class);
        for (Map.Entry<Peer, Rounds> other : others.entrySet()) {
            Drain drain = other.getValue().round(tasks);
            Reporting.say("         %s: enqueue %.0f/s, drain %.0f/s"
                    .formatted(other.getKey(), drain.enqueuePerSecond(), drain.drainPerSecond()));
            drains.put(other.getKey(), drain);
        }
        return drains;
    }

    private Figures figures(List<Turn> turns) {
        var figures = new Figures();
        figures.addMedian("enqueuePerSecond", samples(turns, turn -> turn.own().enqueuePerSecond()));
        figures.addMedian("drainPerSecond", samples(turns, turn -> turn.own().drainPerSecond()));
        figures.addMedian(
                "limitDrainPerSecond", samples(turns, turn -> turn.limit().drainPerSecond()));
        figures.addMedian("ratioToLimit", samples(turns, turn -> turn.ratioTo(turn.limit())));
        for (Peer peer : turns.getFirst().others().keySet()) {
            Function<Turn, Drain> drain =
                    turn -> Optional.ofNullable(turn.others().get(peer)).orElseThrow();
            figures.addMedian(peer.ratio(), samples(turns, turn -> turn.ratioTo(drain.apply(turn))));
            figures.add(
                    peer.figure("DrainPerSecond"),
                    samples(turns, turn -> drain.apply(turn).drainPerSecond()).median());
            figures.add(
                    peer.figure("EnqueuePerSecond"),
                    samples(turns, turn -> drain.apply(turn).enqueuePerSecond()).median());
            goals.put(peer.ratio(), peer.goal());
        }
        return figures;
    }

    private static Samples samples(List<Turn> turns, Function<Turn, Double> figure) {
        return Samples.of(turns.stream().map(figure).toList());
    }

    /// About 220 bytes of JSON, as an ordinary task has.
    private static Map<String, ?> payload() {
        return Map.of("customer", "c-81723", "note", "x".repeat(180));
    }

    private static String text() {
        return "{\"customer\": \"c-81723\", \"note\": \"" + "x".repeat(180) + "\"}";
    }
}
