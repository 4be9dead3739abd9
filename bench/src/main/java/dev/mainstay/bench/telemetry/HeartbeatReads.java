package dev.mainstay.bench.telemetry;

import dev.mainstay.bench.lab.Laboratory;
import dev.mainstay.bench.lab.Stopwatch;
import dev.mainstay.bench.report.Figures;
import dev.mainstay.bench.report.Samples;
import dev.mainstay.postgres.OrganizationDatabase;
import dev.mainstay.postgres.Organizations;
import dev.mainstay.telemetry.HeartbeatQueries;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/// Reading one agent's heartbeats among those of many, stored for some minutes at one a second. Used by one thread.
final class HeartbeatReads {
    private static final int READS = 50;
    private static final int PAGE = 100;
    private static final int MOST = 1_000;
    private static final Duration DAY = Duration.ofDays(1);

    private final Laboratory laboratory;
    private final int agents;
    private final Instant end;
    private final Random random = new Random(1);

    HeartbeatReads(Laboratory laboratory, int agents) {
        this.laboratory = laboratory;
        this.agents = agents;
        this.end = laboratory.database().now();
    }

    /// The rows lie as flushes leave them: by second, and in it by agent.
    void run(int minutes, Figures figures) {
        laboratory.execute(
                "TRUNCATE agent_heartbeats",
                """
                INSERT INTO agent_heartbeats (organization_id, agent_id, at, fence, sequence, phase, ticks, failures,
                    items, busy_ms, max_ms, late_ms, abandoned)
                SELECT '%s', id, at + random() * interval '1 second', 1, extract(epoch FROM at), 'heartbeating',
                    1, 0, 1, 0.4, 0.4, 2.5, 0
                FROM generate_series('%s'::timestamptz - interval '%d minutes', '%s', interval '1 second') AS at
                CROSS JOIN (SELECT id FROM agents ORDER BY id) AS known
                """.formatted(Organizations.DEFAULT, end, minutes, end.minusSeconds(1)),
                "VACUUM ANALYZE agent_heartbeats");
        figures.addMedian("heartbeatNewest100Ms", reads(PAGE, 1));
        figures.addMedian("heartbeatDayMs", reads(MOST, Integer.MAX_VALUE));
    }

    /// Milliseconds until an agent's newest `pages` pages, no older than a day, are there.
    private Samples reads(int limit, int pages) {
        OrganizationDatabase database = laboratory.database().api(Organizations.DEFAULT);
        List<Double> millis = new ArrayList<>();
        for (int read = 0; read <= READS; read++) {
            String agent = "beating-" + (1 + random.nextInt(agents));
            var watch = Stopwatch.start();
            read(database, agent, limit, pages);
            if (read > 0) {
                millis.add(watch.millis());
            }
        }
        return Samples.of(millis);
    }

    private void read(OrganizationDatabase database, String agent, int limit, int pages) {
        Optional<HeartbeatQueries.After> after = Optional.empty();
        for (int page = 0; page < pages; page++) {
            var rows = HeartbeatQueries.page(database, agent, end.minus(DAY), end, after, limit);
            if (page == 0 && rows.size() < PAGE) {
                throw new IllegalStateException(agent + " has but " + rows.size() + " heartbeats");
            }
            if (rows.size() < limit) {
                return;
            }
            var last = rows.getLast();
            after = Optional.of(new HeartbeatQueries.After(last.at(), last.fence(), last.sequence()));
        }
    }
}
