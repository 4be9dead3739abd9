package dev.mainstay.alert;

import dev.mainstay.postgres.Database;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;

/// Looks which rules' conditions hold, and makes the alerts and the outbox follow.
///
/// What it sees and what it writes is one transaction, so that no alert is told without being stored, nor stored
/// without being told. Confined to one thread.
public final class AlertEngine {
    public static final Duration PERIOD = Duration.ofSeconds(1);

    /// SQL that tells whether a round has anything to do. What is grave is seen at once; metrics, health and ordinary
    /// events are looked at each five seconds where agents run, else each minute: a node at rest costs nothing.
    public static final String DUE = """
            EXISTS (SELECT FROM agent_suspicions)
                OR EXISTS (SELECT FROM alerts WHERE state <> 'resolved' OR told_at < resolved_at)
                OR EXISTS (SELECT FROM agents WHERE state IN ('failed', 'quarantined'))
                OR EXISTS (SELECT FROM system_events WHERE at > now() - interval '3 seconds' AND severity <> 'info')
                OR floor(extract(epoch FROM now())) % CASE
                    WHEN EXISTS (SELECT FROM agent_leases WHERE session_id IS NOT NULL) THEN 5 ELSE 60 END = 0
            """;
    /// The notifier there always is.
    public static final String LOG = "log";

    private final Database database;
    private final List<Route> routes;
    private final Runnable told;
    private final AlertRuleStore rules = new AlertRuleStore();
    private final AlertBook book = new AlertBook();
    private final AlertQuiet quiet = new AlertQuiet();

    /// An engine that looks when its rounds are called.
    ///
    /// @param told called when there may be something to deliver
    public AlertEngine(Database database, List<Route> routes, Runnable told) {
        this.database = database;
        this.routes = List.copyOf(routes);
        this.told = told;
    }

    /// Makes the stored alerts and the outbox what the conditions of now ask for.
    ///
    /// @param check fails in a transaction of one who leads no longer
    public void round(Consumer<Handle> check) {
        boolean hasSome = database.control(handle -> {
            check.accept(handle);
            Instant now = now(handle);
            List<AlertRule.Stored> enabled = rules.enabled(handle);
            List<Finding> found = new ArrayList<>();
            enabled.forEach(rule -> found.addAll(Findings.of(handle, rule, now)));
            book.write(handle, now, enabled, found);
            quiet.write(handle, now, enabled);
            new AlertOutbox(routes, byName(enabled)).write(handle, now);
            return !found.isEmpty();
        });
        if (hasSome) {
            told.run();
        }
    }

    private static Instant now(Handle handle) {
        return handle.createQuery("SELECT now()")
                .map((row, context) -> row.getObject(1, OffsetDateTime.class).toInstant())
                .one();
    }

    private static Map<UUID, Map<String, AlertRule>> byName(List<AlertRule.Stored> rules) {
        Map<UUID, Map<String, AlertRule>> byName = new HashMap<>();
        rules.forEach(each -> byName.computeIfAbsent(each.organization(), _ -> new HashMap<>())
                .put(each.rule().name(), each.rule()));
        return byName;
    }
}
