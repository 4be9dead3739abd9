package dev.mainstay.task;

import dev.mainstay.concurrent.MonotonicClock;
import dev.mainstay.postgres.Columns;
import dev.mainstay.postgres.Database;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Notes which workers outside are there and what they work on, every few seconds of their asking. Thread-safe.
final class OutsidePresence {
    private static final String NOTE = """
            INSERT INTO outside_workers (organization_id, name, types, queues, present_until)
            VALUES (:organization, :name, :types, :queues, clock_timestamp() + make_interval(secs => :seconds))
            ON CONFLICT (organization_id, name) DO UPDATE
            SET types = excluded.types,
                queues = excluded.queues,
                seen_at = excluded.seen_at,
                present_until = excluded.present_until
            """;

    /// How long after its last wait a worker is expected to ask again.
    private static final Duration GRACE = Duration.ofSeconds(30);

    private static final Duration NOTED = Duration.ofSeconds(5);
    private static final int MOST_HELD = 10_000;

    private final Database database;
    private final MonotonicClock monotonic;
    private final Map<Name, Noted> noted = new ConcurrentHashMap<>();

    OutsidePresence(Database database, MonotonicClock monotonic) {
        this.database = database;
        this.monotonic = monotonic;
    }

    private record Name(UUID organization, String worker) {}

    private record Noted(List<String> types, List<String> queues, Duration patience, long at) {
        boolean covers(OutsideAsk ask, long now) {
            return now - at < NOTED.toNanos()
                    && types.equals(ask.types())
                    && queues.equals(ask.queues())
                    && patience.compareTo(ask.patience()) >= 0;
        }
    }

    void note(OutsideAsk ask) {
        Name name = new Name(ask.organization(), ask.worker());
        long now = monotonic.nanos();
        @Nullable Noted before = noted.get(name);
        if (before != null && before.covers(ask, now)) {
            return;
        }
        database.api(ask.organization())
                .write(handle -> handle.createUpdate(NOTE)
                        .bind("organization", ask.organization())
                        .bind("name", ask.worker())
                        .bindArray("types", String.class, ask.types())
                        .bindArray("queues", String.class, ask.queues())
                        .bind("seconds", Columns.seconds(ask.patience().plus(GRACE)))
                        .execute());
        if (noted.size() >= MOST_HELD) {
            noted.clear();
        }
        noted.put(name, new Noted(ask.types(), ask.queues(), ask.patience(), now));
    }
}
