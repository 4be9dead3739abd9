package dev.mainstay.server.config;

import dev.mainstay.agent.AgentCategory;
import dev.mainstay.agent.RestartPolicy;
import dev.mainstay.agent.SupervisionGroup;
import dev.mainstay.agent.TickSchedule;
import dev.mainstay.config.Default;
import dev.mainstay.config.Doc;
import dev.mainstay.config.Durations;
import dev.mainstay.config.Remainder;
import dev.mainstay.config.Setting;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One agent as it is declared below `agents`; every key not named here belongs to its kind. Immutable and thread-safe.
public record AgentSettings(
        @Doc("What the agent is; `mainstay agent docs` lists the kinds with their settings.")
        String kind,

        @Doc("The distance between two ticks, at least 10ms; 1m when neither this nor cron is given.") @Nullable
        Duration every,

        @Doc("Five fields of UNIX cron instead of every.") @Nullable
        String cron,

        @Doc("The time zone of cron; UTC when not given.") @Nullable
        ZoneId zone,

        @Doc("A tick that runs longer is interrupted; the distance of the ticks, at least 30s, when not given.")
        @Nullable
        Duration deadline,

        @Doc("The distance between two heartbeats; that of the ticks, from 1s to 10s, when not given.") @Nullable
        Duration heartbeat,

        @Default("") @Doc("What it is for, in a sentence.") String description,

        @Default("operational") @Doc("For people and filters.")
        AgentCategory category,

        @Doc("What others can find it by.") List<String> capabilities,
        @Doc("Where it reads from, for people.") List<String> dataSources,
        RestartSettings restart,
        Optional<GroupSettings> group,
        @Remainder Setting settings) {
    private static final Duration SHORTEST = Duration.ofMillis(10);

    /// How often a crashed agent is started again. Immutable and thread-safe.
    public record RestartSettings(
            @Default("5") @Doc("Restarts within the time below before it is quarantined.")
            int maxRestarts,

            @Default("60s") @Doc("The time in which restarts are counted.")
            Duration within,

            @Default("1s") @Doc("The wait before the first restart; it doubles.")
            Duration backoff,

            @Default("5m") @Doc("The longest wait.") Duration maxBackoff,

            @Default("10m") @Doc("Time without a crash after which the wait starts small again.")
            Duration resetAfter,

            @Default("15m") @Doc("The first quarantine; each further one doubles, up to a day.")
            Duration quarantine) {
        public RestartSettings {
            new RestartPolicy(maxRestarts, within, backoff, maxBackoff, resetAfter, quarantine);
        }

        RestartPolicy toPolicy() {
            return new RestartPolicy(maxRestarts, within, backoff, maxBackoff, resetAfter, quarantine);
        }
    }

    /// Agents that live and die together. Immutable and thread-safe.
    public record GroupSettings(
            @Doc("The group's name.") String name,

            @Default("one-for-one") @Doc("Who restarts when a member crashes.")
            SupervisionGroup.Strategy strategy,

            @Default("0") @Doc("The place in the order of start.")
            int position) {
        public GroupSettings {
            new SupervisionGroup(name, strategy, position);
        }
    }

    public AgentSettings {
        if (every != null && cron != null) {
            throw new IllegalArgumentException("cron and every exclude each other; keep one");
        }
        if (zone != null && cron == null) {
            throw new IllegalArgumentException("zone belongs to cron, which is not given");
        }
        if (every != null && every.compareTo(SHORTEST) < 0) {
            throw new IllegalArgumentException("every must be at least 10ms, was " + Durations.format(every));
        }
        requirePositive("deadline", deadline);
        requirePositive("heartbeat", heartbeat);
        if (cron != null) {
            TickSchedule.cron(cron, zone == null ? ZoneOffset.UTC : zone);
        }
    }

    private static void requirePositive(String key, @Nullable Duration duration) {
        if (duration != null && !duration.isPositive()) {
            throw new IllegalArgumentException(key + " must be positive, was " + Durations.format(duration));
        }
    }

    TickSchedule schedule() {
        if (cron != null) {
            return TickSchedule.cron(cron, zone == null ? ZoneOffset.UTC : zone);
        }
        return TickSchedule.every(every == null ? Duration.ofMinutes(1) : every);
    }
}
