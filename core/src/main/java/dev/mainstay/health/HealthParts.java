package dev.mainstay.health;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The five formulas; the table in the package's documentation and `docs/guide/health.md` say the same. Stateless.
final class HealthParts {
    static final String UPTIME = "uptime";
    static final String PERFORMANCE = "performance";
    static final String ERRORS = "errors";
    static final String RESOURCES = "resources";
    static final String BUSINESS = "business";

    /// Five crashes are what an agent may have in a minute before it is quarantined; they cost everything.
    private static final double CRASH_COST = 0.2;

    /// Right after a start one late heartbeat would be half of all there are.
    private static final int FEWEST_HEARTBEATS = 5;

    private static final String TOO_YOUNG = "fewer than five heartbeats are due yet";

    /// Four ticks that never ended hold threads and whatever those hold; they cost everything.
    private static final double ABANDONED_COST = 0.25;

    /// A machine that has a fifth of its CPU and memory left is not short of them.
    private static final double COMFORTABLE_REST = 0.2;

    /// Minutes of the load count so much later, as the observer says.
    private static final Duration ROLLED_UP = Duration.ofMinutes(2);

    private static final Duration CRON_GRAIN = Duration.ofMinutes(1);

    private HealthParts() {}

    static HealthPart uptime(Observation seen, double weight) {
        long expected = seen.expected(seen.heartbeat());
        Map<String, @Nullable Object> evidence = evidence(seen, "heartbeats");
        evidence.put("received", seen.received());
        evidence.put("expected", expected);
        if (expected < FEWEST_HEARTBEATS) {
            return HealthPart.unjudged(UPTIME, weight, evidence, TOO_YOUNG);
        }
        double share = (double) seen.received() / expected;
        return HealthPart.judged(UPTIME, weight, share, share, evidence);
    }

    static HealthPart performance(Observation seen, double weight) {
        Map<String, @Nullable Object> evidence = evidence(seen, "heartbeats");
        evidence.put("ticks", seen.ticks());
        Double late = seen.lateMillis();
        if (seen.ticks() == 0 || late == null) {
            return HealthPart.unjudged(PERFORMANCE, weight, evidence, "no tick ended");
        }
        double mean = seen.busyMillis() / seen.ticks();
        Duration interval = seen.interval() == null ? CRON_GRAIN : seen.interval();
        evidence.put("meanMs", mean);
        evidence.put("deadlineMs", seen.deadline().toMillis());
        evidence.put("meanLateMs", late);
        evidence.put("intervalMs", interval.toMillis());
        double used = Math.max(mean / seen.deadline().toMillis(), late / interval.toMillis());
        return HealthPart.judged(PERFORMANCE, weight, used, 2 * (1 - used), evidence);
    }

    static HealthPart errors(Observation seen, double weight) {
        Map<String, @Nullable Object> evidence = evidence(seen, "events");
        evidence.put("ticks", seen.ticks());
        evidence.put("failures", seen.failures());
        evidence.put("crashes", seen.crashes());
        if (seen.ticks() == 0 && seen.crashes() == 0) {
            return HealthPart.unjudged(ERRORS, weight, evidence, "no tick ended");
        }
        double failed = seen.ticks() == 0 ? 0 : (double) seen.failures() / seen.ticks();
        return HealthPart.judged(ERRORS, weight, failed, 1 - failed - CRASH_COST * seen.crashes(), evidence);
    }

    static HealthPart resources(Observation seen, double weight) {
        Map<String, @Nullable Object> evidence = evidence(seen, "heartbeats");
        evidence.put(
                "loadRows",
                "/api/v1/metrics?agent=performance_monitor&name=host.*&resolution=1m&from="
                        + seen.since().minus(ROLLED_UP) + "&to=" + seen.until().minus(ROLLED_UP));
        evidence.put("node", seen.node());
        evidence.put("cpu", seen.cpu());
        evidence.put("memory", seen.memory());
        evidence.put("abandoned", seen.abandoned());
        Double inUse = larger(seen.cpu(), seen.memory());
        if (inUse == null && seen.abandoned() == 0) {
            return HealthPart.unjudged(RESOURCES, weight, evidence, "its node is not measured yet");
        }
        double pressure = inUse == null ? 0 : inUse;
        double left = Math.min(1, (1 - pressure) / COMFORTABLE_REST);
        return HealthPart.judged(RESOURCES, weight, pressure, left - ABANDONED_COST * seen.abandoned(), evidence);
    }

    private static @Nullable Double larger(@Nullable Double one, @Nullable Double other) {
        if (one == null) {
            return other;
        }
        return other == null ? one : Double.valueOf(Math.max(one, other));
    }

    /// What a tick did is told with the heartbeat after it, so the newest heartbeat's worth of ticks is not due yet.
    /// Ticks that are missing weigh as little as missing heartbeats while an agent has only just started.
    static HealthPart business(Observation seen, double weight) {
        Map<String, @Nullable Object> evidence = evidence(seen, "heartbeats");
        long done = Math.max(0, seen.ticks() - seen.failures());
        long due = due(seen);
        evidence.put("endedWell", done);
        evidence.put("due", due);
        evidence.put("items", seen.items());
        if (seen.expected(seen.heartbeat()) < FEWEST_HEARTBEATS) {
            return HealthPart.unjudged(BUSINESS, weight, evidence, TOO_YOUNG);
        }
        if (due == 0) {
            return HealthPart.unjudged(BUSINESS, weight, evidence, "no tick was due");
        }
        double share = (double) done / due;
        return HealthPart.judged(BUSINESS, weight, share, share, evidence);
    }

    /// Of an agent that ticks by cron the ticks that ran: its calendar is not in the rows.
    private static long due(Observation seen) {
        if (seen.interval() == null) {
            return seen.ticks();
        }
        Duration told = Duration.between(seen.since(), seen.until()).minus(seen.heartbeat());
        return told.isPositive() ? told.dividedBy(seen.interval()) : 0;
    }

    private static Map<String, @Nullable Object> evidence(Observation seen, String rows) {
        Map<String, @Nullable Object> evidence = new LinkedHashMap<>();
        evidence.put("from", seen.since().toString());
        evidence.put("to", seen.until().toString());
        evidence.put(
                "rows",
                "/api/v1/agents/" + URLEncoder.encode(seen.agent().id(), StandardCharsets.UTF_8) + "/" + rows + "?from="
                        + seen.since() + "&to=" + seen.until());
        return evidence;
    }
}
