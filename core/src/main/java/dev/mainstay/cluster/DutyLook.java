package dev.mainstay.cluster;

import dev.mainstay.concurrent.MonotonicClock;
import dev.mainstay.postgres.Database;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/// Asks in one statement which duties have something to do. Confined to one thread.
final class DutyLook {
    /// So much too early counts as in time, or a look a moment too early would make a period longer by one look.
    private static final long TOLERANCE = Duration.ofMillis(500).toNanos();

    private final Database database;
    private final List<Duty> duties;
    private final MonotonicClock monotonic;
    private final Map<String, Long> nextLooks = new HashMap<>();

    DutyLook(Database database, List<Duty> duties, MonotonicClock monotonic) {
        this.database = database;
        this.duties = duties.stream().filter(duty -> duty.due() != null).toList();
        this.monotonic = monotonic;
    }

    /// Those among `held` that have something to do, each asked once in its period.
    List<String> due(Set<String> held) {
        List<Duty> asked = asked(held);
        if (asked.isEmpty()) {
            return List.of();
        }
        String sql = asked.stream()
                .map(duty -> "SELECT '" + duty.name() + "' WHERE ("
                        + Objects.requireNonNull(duty.due()).get() + ")")
                .collect(Collectors.joining(" UNION ALL "));
        return database.controlStatement(
                handle -> handle.createQuery(sql).mapTo(String.class).list());
    }

    private List<Duty> asked(Set<String> held) {
        long now = monotonic.nanos();
        List<Duty> asked = new ArrayList<>();
        for (Duty duty : duties) {
            if (held.contains(duty.name()) && now >= nextLooks.getOrDefault(duty.name(), Long.MIN_VALUE)) {
                nextLooks.put(duty.name(), now + duty.period().toNanos() - TOLERANCE);
                asked.add(duty);
            }
        }
        return asked;
    }
}
