package dev.mainstay.bench.faults;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// The fifteen classes of faults. Immutable and thread-safe.
enum FaultKind {
    /// The state the agent keeps is unreadable: every tick throws.
    CRASH(Place.AGENT, true),
    /// It waits for a lock of its own that nobody will release, whatever interrupts it.
    HANG(Place.AGENT, true),
    /// Each tick takes most of its interval, as long as this instance lives.
    SLOW(Place.AGENT, true),
    /// Each tick fails, as long as this instance lives.
    ERROR_BURST(Place.AGENT, true),
    /// Each tick keeps a quarter of a megabyte, as long as this instance lives.
    LEAK(Place.AGENT, true),
    /// A value it measures stands still.
    FLAT_LINE(Place.AGENT, false),
    /// It moves away slowly.
    DRIFT(Place.AGENT, false),
    /// What it spends is twenty times as much.
    COST_SPIKE(Place.AGENT, false),
    /// The other end has closed its connection.
    LOST_CONNECTION(Place.AGENT, true),
    DATABASE_RESTART(Place.FLEET, true),
    NODE_KILL(Place.FLEET, true),
    NODE_FREEZE(Place.FLEET, true),
    /// A task that fails until it is given another life.
    POISON_TASK(Place.AGENT, true),
    /// Two thousand tasks of low priority at once, for a worker that has become slow.
    FULL_QUEUE(Place.AGENT, true),
    /// It is declared with settings with which it cannot be made.
    BAD_CONFIGURATION(Place.AGENT, true);

    /// What it befalls.
    enum Place {
        AGENT,
        FLEET
    }

    private final Place place;
    private final boolean recoverable;

    FaultKind(Place place, boolean recoverable) {
        this.place = place;
        this.recoverable = recoverable;
    }

    Place place() {
        return place;
    }

    /// Whether anything could heal it; what an agent measures of the world cannot be healed.
    boolean isRecoverable() {
        return recoverable;
    }

    String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /// As a part of a figure's name.
    String figure() {
        StringBuilder figure = new StringBuilder();
        for (String part : name().toLowerCase(Locale.ROOT).split("_", -1)) {
            figure.append(figure.isEmpty() ? part : Character.toUpperCase(part.charAt(0)) + part.substring(1));
        }
        return figure.toString();
    }

    /// What an agent measures for this class alone.
    String metric() {
        return "bench." + word();
    }

    static FaultKind ofWord(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT).replace('-', '_'));
    }

    static List<FaultKind> of(List<FaultKind> chosen, Place place) {
        return Arrays.stream(values())
                .filter(kind -> kind.place() == place && (chosen.isEmpty() || chosen.contains(kind)))
                .toList();
    }
}
