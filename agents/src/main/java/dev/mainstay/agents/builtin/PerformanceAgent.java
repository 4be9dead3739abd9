package dev.mainstay.agents.builtin;

import dev.mainstay.advice.AdviceRound;
import dev.mainstay.agent.Agent;
import dev.mainstay.agent.AgentContext;
import dev.mainstay.agent.WorkResult;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// `performance_monitor`: measures PostgreSQL, and derives latency, error rate and throughput of each agent; its items
/// are the agents it derived them for. Counters of PostgreSQL become rates between two ticks of the same instance, so
/// they begin with the second. Once an hour it looks for advice, and whether what was taken helped. Used by one tick at
/// a time.
final class PerformanceAgent implements Agent {
    private static final double MILLIS = 1e3;
    private static final int ADVICE_EACH = 240;
    private static final int ADVICE_FIRST = 20;

    private final PostgresView postgres;
    private final AgentRates rates;
    private final AdviceRound advice;
    private int ticks;
    private @Nullable Earlier earlier;

    private record Earlier(Instant at, PostgresView.Reading reading) {}

    PerformanceAgent(PostgresView postgres, AgentRates rates, AdviceRound advice) {
        this.postgres = postgres;
        this.rates = rates;
        this.advice = advice;
    }

    @Override
    public WorkResult tick(AgentContext context) {
        Instant now = context.clock().instant();
        if (++ticks % ADVICE_EACH == ADVICE_FIRST) {
            advice.round(now);
        }
        PostgresView.Reading reading = postgres.read();
        gauges(context, reading);
        Earlier before = earlier;
        if (before != null) {
            rates(context, before.reading(), reading, Duration.between(before.at(), now));
        }
        earlier = new Earlier(now, reading);
        postgres.slowestStatementMillis()
                .ifPresent(millis -> context.metric("postgres.statement.slowest", millis, "ms"));
        return WorkResult.processed(rates.store(now, context.spec().schedule().typicalInterval()));
    }

    private static void gauges(AgentContext context, PostgresView.Reading reading) {
        context.metric("postgres.connections", (double) reading.connections(), "connections");
        context.metric(
                "postgres.connections.used", (double) reading.connections() / reading.connectionLimit(), "ratio");
        context.metric("postgres.size", (double) reading.size(), "bytes");
        context.metric("postgres.tuples.dead", (double) reading.deadTuples(), "rows");
        context.metric("postgres.tuples.live", (double) reading.liveTuples(), "rows");
        context.metric("postgres.snapshot.oldest", (double) reading.oldestSnapshot(), "transactions");
        context.metric("postgres.transaction.oldest", reading.oldestTransaction(), "s");
        context.metric("postgres.statement.longest", reading.longestStatement(), "s");
    }

    /// What grew between two readings; after a reset of the statistics nothing can be said until the next one.
    private static void rates(
            AgentContext context, PostgresView.Reading before, PostgresView.Reading now, Duration between) {
        double seconds = between.toMillis() / MILLIS;
        long transactions = now.transactions() - before.transactions();
        long hits = now.hits() - before.hits();
        long reads = now.reads() - before.reads();
        if (seconds <= 0 || transactions < 0 || hits < 0 || reads < 0) {
            return;
        }
        context.metric("postgres.transactions", transactions / seconds, "1/s");
        context.metric("postgres.rollbacks", (now.rollbacks() - before.rollbacks()) / seconds, "1/s");
        context.metric("postgres.deadlocks", (double) (now.deadlocks() - before.deadlocks()), "deadlocks");
        if (hits + reads > 0) {
            context.metric("postgres.cache.hits", (double) hits / (hits + reads), "ratio");
        }
    }
}
