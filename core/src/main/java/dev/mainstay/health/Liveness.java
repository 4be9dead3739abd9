package dev.mainstay.health;

import dev.mainstay.postgres.Database;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/// Hears all agents of all organizations once a second, on one node, and keeps in `agent_suspicions` those it suspects
/// now. Who takes this over begins with what is usual for an agent's interval. Confined to one thread.
public final class Liveness {
    public static final Duration PERIOD = Duration.ofSeconds(1);

    /// SQL that tells whether a round has anything to do: whether somebody runs an agent.
    public static final String DUE = """
            EXISTS (SELECT FROM agent_leases WHERE session_id IS NOT NULL OR lease_token IS NOT NULL)
                OR EXISTS (SELECT FROM agent_suspicions)
            """;

    private final Database database;
    private final LivenessStore store = new LivenessStore();
    private FailureDetector detector = new FailureDetector(PERIOD);
    private long term;

    public Liveness(Database database) {
        this.database = database;
    }

    /// Hears everybody once, and writes who came to be suspected or trusted.
    ///
    /// @param newTerm in which this node looks; when another one did in between, what was seen before says nothing
    /// @param check fails in a transaction of one who leads no longer
    public void round(long newTerm, Consumer<Handle> check) {
        if (newTerm > term + 1) {
            detector = new FailureDetector(PERIOD);
        }
        term = newTerm;
        List<Beating> beating = database.controlStatement(store::beating);
        List<Suspicion> stored = database.controlStatement(store::stored);
        // Read after them: a heartbeat that came in between makes no silence longer.
        List<Suspicion> suspected = detector.look(database.now(), beating, stored);
        List<Suspicion> begun = without(suspected, stored);
        List<Suspicion> ended = without(stored, suspected);
        Duration late = detector.late();
        if (!begun.isEmpty() || !ended.isEmpty() || late.isPositive()) {
            database.write(handle -> {
                check.accept(handle);
                if (late.isPositive()) {
                    store.gap(handle, late);
                }
                store.insert(handle, begun);
                store.delete(handle, ended);
                return begun.size() + ended.size();
            });
        }
    }

    private static List<Suspicion> without(List<Suspicion> all, List<Suspicion> others) {
        Set<Suspicion.Key> keys = others.stream().map(Suspicion::key).collect(Collectors.toSet());
        return all.stream()
                .filter(Predicate.not(each -> keys.contains(each.key())))
                .toList();
    }
}
