package dev.mainstay.server.stream;

import dev.mainstay.postgres.OrganizationDatabase;
import dev.mainstay.telemetry.HeartbeatQueries;
import dev.mainstay.telemetry.HeartbeatQueries.Beat;
import dev.mainstay.telemetry.MetricQueries;
import dev.mainstay.telemetry.Point;
import dev.mainstay.telemetry.Resolution;
import dev.mainstay.telemetry.SeriesRow;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/// Keeps the last half hour of heartbeats of an organization up to date by reading only what is new. Complete minutes
/// are read once, summed up by the database. Used by one thread at a time.
final class PulseWindow {
    static final Duration PERIOD = Duration.ofSeconds(5);
    /// So far back the newest 40 heartbeats of most agents reach, one every ten seconds.
    private static final Duration ONE_BY_ONE = Duration.ofMinutes(7);
    /// A heartbeat may be committed so much later than its time.
    private static final Duration OVERLAP = Duration.ofSeconds(20);

    private final OrganizationDatabase database;
    private final Map<String, AgentBeats> agents = new TreeMap<>();
    private @Nullable Instant readUntil;
    private List<@Nullable Double> health = List.of();

    PulseWindow(OrganizationDatabase database) {
        this.database = database;
    }

    /// Whether there is likely something new at `now`.
    boolean isDue(Instant now) {
        return readUntil == null || !now.isBefore(readUntil.plus(PERIOD));
    }

    /// Reads what came since the last time; `now` is the time of the database.
    void read(Instant now) {
        Instant from = readUntil == null ? readMinutes(now) : readUntil.minus(OVERLAP);
        for (Beat beat : HeartbeatQueries.between(database, from, now.plus(OVERLAP))) {
            agents.computeIfAbsent(beat.agent(), id -> new AgentBeats()).add(beat);
        }
        readUntil = now;
        long oldest = AgentBeats.minute(now) - AgentBeats.MINUTES + 1;
        agents.values().removeIf(beats -> beats.isOver(oldest));
        health = health(now);
    }

    private Instant readMinutes(Instant now) {
        Instant until = now.minus(ONE_BY_ONE).truncatedTo(ChronoUnit.MINUTES);
        Instant from = now.truncatedTo(ChronoUnit.MINUTES).minus(Duration.ofMinutes(AgentBeats.MINUTES - 1L));
        for (Beat minute : HeartbeatQueries.minutes(database, from, until)) {
            agents.computeIfAbsent(minute.agent(), id -> new AgentBeats()).addMinute(minute);
        }
        return until;
    }

    private List<@Nullable Double> health(Instant now) {
        List<SeriesRow> series =
                MetricQueries.series(database, Optional.of("health.score"), Optional.of(""), Optional.empty(), 1);
        Instant from = now.truncatedTo(ChronoUnit.MINUTES).minus(Duration.ofMinutes(AgentBeats.MINUTES - 1L));
        List<Point> points = MetricQueries.points(
                        database, series.stream().map(SeriesRow::id).toList(), Resolution.MINUTE, from, now)
                .values()
                .stream()
                .flatMap(List::stream)
                .toList();
        List<@Nullable Double> minutes = new ArrayList<>();
        minutes(now)
                .forEach(minute -> minutes.add(points.stream()
                        .filter(point -> AgentBeats.minute(point.at()) == minute)
                        .map(Point::value)
                        .findFirst()
                        .orElse(null)));
        return minutes;
    }

    private static LongStream minutes(Instant now) {
        long last = AgentBeats.minute(now);
        return LongStream.rangeClosed(last - AgentBeats.MINUTES + 1, last);
    }

    private Instant at() {
        return readUntil == null ? Instant.EPOCH : readUntil;
    }

    private Instant from() {
        return Instant.ofEpochSecond((AgentBeats.minute(at()) - AgentBeats.MINUTES + 1) * 60);
    }

    Pulse pulse() {
        List<Pulse.AgentPulse> items = new ArrayList<>(agents.size());
        agents.forEach((id, beats) -> items.add(new Pulse.AgentPulse(
                id,
                column(beats, AgentBeats::ticks),
                column(beats, AgentBeats::failures),
                column(beats, AgentBeats::busyMs),
                beats.recent(at()))));
        return new Pulse(at(), from(), "PT1M", items);
    }

    private <T> List<@Nullable T> column(AgentBeats beats, BiFunction<AgentBeats, Long, @Nullable T> value) {
        List<@Nullable T> column = new ArrayList<>(AgentBeats.MINUTES);
        minutes(at()).forEach(minute -> column.add(value.apply(beats, minute)));
        return column;
    }

    /// The sums over all agents.
    Overview.Minutes minutes() {
        return new Overview.Minutes(from(), "PT1M", sum(AgentBeats::ticks), sum(AgentBeats::failures), health);
    }

    private List<@Nullable Long> sum(BiFunction<AgentBeats, Long, @Nullable Integer> value) {
        List<@Nullable Long> sums = new ArrayList<>(AgentBeats.MINUTES);
        minutes(at()).forEach(minute -> {
            Long sum = null;
            for (AgentBeats beats : agents.values()) {
                Integer one = value.apply(beats, minute);
                sum = one == null ? sum : Long.valueOf(one + (sum == null ? 0L : sum));
            }
            sums.add(sum);
        });
        return sums;
    }
}
