package dev.mainstay.server.stream;

import dev.mainstay.concurrent.MonotonicClock;
import dev.mainstay.postgres.OrganizationDatabase;
import dev.mainstay.telemetry.EventQueries;
import dev.mainstay.telemetry.EventRow;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Follows the events of an organization and gives each once.
///
/// Numbers are given when a row is inserted and seen when it is committed, so a lower number may appear after a
/// higher one. Everything above the `settled` number is therefore read again and again, and what was given before is
/// left out; a number settles 30 seconds after it was first seen, longer than any transaction of ours may take. Where
/// more come than are remembered, the lowest settle earlier, and what would have come late among them is not told.
/// Used by one thread at a time.
final class EventTail {
    private static final long SETTLING_NANOS = Duration.ofSeconds(30).toNanos();
    private static final Duration FIRST_LOOK = Duration.ofMinutes(10);
    private static final int MOST_KEPT = 1_000;
    private static final int BATCH = 5_000;
    /// So many are given in one round at most; the next round goes on from there.
    private static final int MOST_BATCHES = 4;

    private static final int MOST_REMEMBERED = 50_000;

    private final OrganizationDatabase database;
    private final MonotonicClock clock;
    /// Numbers given, with when.
    private final TreeMap<Long, Long> given = new TreeMap<>();
    private final List<EventRow> kept = new ArrayList<>();
    private long settled;
    private boolean begun;

    EventTail(OrganizationDatabase database, MonotonicClock clock) {
        this.database = database;
        this.clock = clock;
    }

    /// What was committed since the last time. The first time nothing: what was before is kept for who resumes.
    List<EventRow> next() {
        List<EventRow> fresh = new ArrayList<>();
        long now = clock.nanos();
        for (EventRow event : read()) {
            if (given.putIfAbsent(event.id(), now) == null) {
                fresh.add(event);
            }
        }
        settle(now);
        kept.addAll(fresh);
        if (kept.size() > MOST_KEPT) {
            kept.subList(0, kept.size() - MOST_KEPT).clear();
        }
        boolean first = !begun;
        begun = true;
        return first ? List.of() : fresh;
    }

    private List<EventRow> read() {
        if (begun) {
            return above();
        }
        List<EventRow> latest = EventQueries.latest(database, FIRST_LOOK, MOST_KEPT);
        settled = latest.isEmpty()
                ? EventQueries.highest(database)
                : latest.getFirst().id() - 1;
        return latest;
    }

    /// What was not given yet, a batch after the other; of what was, nothing is read again.
    private List<EventRow> above() {
        List<EventRow> all = new ArrayList<>();
        long from = settled;
        for (int batches = 0; batches < MOST_BATCHES; batches++) {
            List<EventRow> batch = EventQueries.above(
                    database, from, given.tailMap(from, false).keySet(), BATCH);
            all.addAll(batch);
            if (batch.size() < BATCH) {
                break;
            }
            from = batch.getLast().id();
        }
        return all;
    }

    private void settle(long now) {
        while (!given.isEmpty()) {
            Map.Entry<Long, Long> lowest = given.firstEntry();
            if (now - lowest.getValue() < SETTLING_NANOS && given.size() <= MOST_REMEMBERED) {
                return;
            }
            settled = lowest.getKey();
            given.remove(settled);
        }
    }

    /// Up to here nothing will come any more: the position from which somebody may resume.
    long settled() {
        return settled;
    }

    /// What is still known of what came above a position, in the order it was given.
    List<EventRow> above(long position) {
        return kept.stream().filter(event -> event.id() > position).toList();
    }
}
