package dev.mainstay.alert;

import dev.mainstay.MainstayException;
import dev.mainstay.concurrent.MonotonicClock;
import dev.mainstay.postgres.Database;
import dev.mainstay.postgres.DatabaseSlowness;
import dev.mainstay.postgres.StorableText;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Looks which rules' conditions hold, and makes the alerts and the outbox follow.
///
/// What it sees and what it writes of an organization is one transaction, so that no alert is told without being
/// stored, nor stored without being told. What fails with one organization, or one rule, is left to itself: all others
/// are looked at all the same. Confined to one thread.
public final class AlertEngine {
    public static final Duration PERIOD = Duration.ofSeconds(1);

    /// What is grave is seen at once; metrics, health and ordinary events are looked at each five seconds where agents
    /// run, else each minute: a node at rest costs nothing.
    private static final String GRAVE = """
            EXISTS (SELECT FROM agent_suspicions)
                OR EXISTS (SELECT FROM alerts WHERE state <> 'resolved' OR state = 'resolved' AND told_at < resolved_at)
                OR EXISTS (SELECT FROM agents WHERE state IN ('failed', 'quarantined'))
                OR EXISTS (SELECT FROM agent_leases WHERE failing >= 2 AND beat_at > now() - interval '10 seconds')
                OR EXISTS (SELECT FROM system_events WHERE at > now() - interval '3 seconds' AND severity <> 'info')
            """;

    private static final String WHERE_AGENTS_RUN =
            GRAVE + "OR EXISTS (SELECT FROM agent_leases WHERE session_id IS NOT NULL OR lease_token IS NOT NULL)";

    private static final long OFTEN = Duration.ofSeconds(5).toNanos();
    private static final long SELDOM = Duration.ofMinutes(1).toNanos();
    /// A look that comes a moment early counts as in time.
    private static final long TOLERANCE = Duration.ofMillis(500).toNanos();
    private static final long NEVER = Long.MIN_VALUE;

    private static final String FAILED = """
            INSERT INTO system_events (organization_id, type, severity, cause, detail)
            VALUES (:organization, 'alert.failed', 'warning', :cause, jsonb_build_object('rule', CAST(:rule AS text)))
            """;

    /// The notifier there always is.
    public static final String LOG = "log";

    /// A rule that failed is left out for so long, and its alerts stay what they are.
    static final Duration LEFT_OUT = Duration.ofMinutes(1);

    private static final Logger LOGGER = LoggerFactory.getLogger(AlertEngine.class);
    private static final int LONGEST_CAUSE = 1_000;

    private final Database database;
    private final List<Route> routes;
    private final Runnable told;
    private final Supplier<DatabaseSlowness> slowness;
    private final AlertRuleStore rules = new AlertRuleStore();
    private final AlertBook book = new AlertBook();
    private final AlertQuiet quiet = new AlertQuiet();
    private final MonotonicClock monotonic;
    /// Until when, in nanoseconds of the clock.
    private final Map<RuleKey, Long> leftOut = new HashMap<>();
    private volatile long looked = NEVER;

    /// An engine that looks when its rounds are called.
    ///
    /// @param told called when there may be something to deliver
    /// @param slowness how slow the database is, so that who is slow with it can be told from who is slow himself
    public AlertEngine(Database database, List<Route> routes, Runnable told, Supplier<DatabaseSlowness> slowness) {
        this(database, routes, told, slowness, MonotonicClock.system());
    }

    AlertEngine(
            Database database,
            List<Route> routes,
            Runnable told,
            Supplier<DatabaseSlowness> slowness,
            MonotonicClock monotonic) {
        this.database = database;
        this.routes = List.copyOf(routes);
        this.told = told;
        this.slowness = slowness;
        this.monotonic = monotonic;
    }

    private record RuleKey(UUID organization, String rule) {}

    /// A rule whose condition could not be looked up; the transaction is lost with it.
    private static final class RuleFailure extends RuntimeException {
        private final transient RuleKey key;

        private RuleFailure(RuleKey key, RuntimeException cause) {
            super(cause.getMessage(), cause);
            this.key = key;
        }
    }

    /// SQL that tells whether a round has anything to do. May be asked on any thread.
    public String due() {
        long last = looked;
        long since = monotonic.nanos() - last + TOLERANCE;
        return last == NEVER || since >= SELDOM ? "true" : since >= OFTEN ? WHERE_AGENTS_RUN : GRAVE;
    }

    /// Makes the stored alerts and the outbox what the conditions of now ask for.
    ///
    /// @param check fails in a transaction of one who leads no longer
    public void round(Consumer<Handle> check) {
        long began = monotonic.nanos();
        leftOut.values().removeIf(until -> until <= began);
        boolean hasSome = false;
        RuntimeException failure = null;
        for (UUID organization : database.controlStatement(rules::organizations)) {
            try {
                hasSome |= round(organization, check);
            } catch (MainstayException e) { // the database is away, or another one leads: that is so for all
                throw e;
            } catch (RuntimeException e) {
                failure = e;
                LOGGER.atError()
                        .addKeyValue("organization", organization)
                        .log("the alerts of an organization were not looked for, and are in the next round", e);
            }
        }
        if (hasSome) {
            told.run();
        }
        if (failure != null) {
            throw failure;
        }
        looked = began;
    }

    private boolean round(UUID organization, Consumer<Handle> check) {
        while (true) {
            try {
                return database.control(handle -> look(handle, organization, check));
            } catch (RuleFailure e) {
                database.control(handle -> leaveOut(handle, e.key, e));
            }
        }
    }

    private boolean look(Handle handle, UUID organization, Consumer<Handle> check) {
        check.accept(handle);
        Instant now = now(handle);
        List<AlertRule.Stored> enabled = rules.enabled(
                handle, organization, (rule, failure) -> unreadable(new RuleKey(organization, rule), failure));
        List<AlertRule.Stored> looking =
                enabled.stream().filter(rule -> !leftOut.containsKey(key(rule))).toList();
        List<Finding> found = new ArrayList<>();
        looking.forEach(rule -> found.addAll(sure(handle, rule, find(handle, rule, now))));
        List<AlertRule> all = enabled.stream().map(AlertRule.Stored::rule).toList();
        book.write(handle, organization, now, looking, found);
        quiet.write(handle, organization, now, all);
        new AlertOutbox(organization, routes, all).write(handle, now);
        return !found.isEmpty();
    }

    /// Who is slow while the database is may be so for its sake: where that explains it, nobody new is told of.
    private List<Finding> sure(Handle handle, AlertRule.Stored rule, List<Finding> found) {
        boolean isOfSlow =
                rule.rule().condition() instanceof Condition.Troubled(Trouble trouble) && trouble == Trouble.SLOW;
        DatabaseSlowness now = slowness.get();
        if (found.isEmpty() || !isOfSlow || now.isNone()) {
            return found;
        }
        Set<String> open = book.open(handle, rule);
        return found.stream()
                .filter(finding -> open.contains(finding.fingerprint()) || !isExplained(finding, now))
                .toList();
    }

    /// By the fastest of its ticks, since one long wait makes one of them slow. Of a whole node there is nothing to
    /// compare.
    private static boolean isExplained(Finding finding, DatabaseSlowness slowness) {
        return !(finding.evidence().get("fastestMillis") instanceof Number millis
                        && finding.evidence().get("usualMillis") instanceof Number usual)
                || slowness.explains(millis.doubleValue(), usual.doubleValue());
    }

    private static RuleKey key(AlertRule.Stored stored) {
        return new RuleKey(stored.organization(), stored.rule().name());
    }

    private static List<Finding> find(Handle handle, AlertRule.Stored rule, Instant now) {
        try {
            return Findings.of(handle, rule, now);
        } catch (RuntimeException e) {
            if (Database.isConflict(e)) {
                throw e;
            }
            throw new RuleFailure(key(rule), e);
        }
    }

    private void unreadable(RuleKey key, RuntimeException failure) {
        if (!leftOut.containsKey(key)) {
            throw new RuleFailure(key, failure);
        }
    }

    private int leaveOut(Handle handle, RuleKey key, RuntimeException failure) {
        leftOut.put(key, monotonic.nanos() + LEFT_OUT.toNanos());
        String cause = StorableText.of(String.valueOf(failure.getMessage()), LONGEST_CAUSE);
        LOGGER.atError()
                .addKeyValue("organization", key.organization())
                .addKeyValue("rule", key.rule())
                .log("an alert rule could not be looked at, it is left out for a minute: {}", cause);
        return handle.createUpdate(FAILED)
                .bind("organization", key.organization())
                .bind("rule", key.rule())
                .bind("cause", cause)
                .execute();
    }

    private static Instant now(Handle handle) {
        return handle.createQuery("SELECT now()")
                .map((row, context) -> row.getObject(1, OffsetDateTime.class).toInstant())
                .one();
    }
}
