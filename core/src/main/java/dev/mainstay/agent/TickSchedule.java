package dev.mainstay.agent;

import dev.mainstay.config.Durations;
import dev.mainstay.schedule.Crontab;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;

/// When an agent ticks. Immutable.
public sealed interface TickSchedule {
    /// The first due time after `after`.
    Instant next(Instant after);

    /// The usual distance between two ticks; what heartbeats and health go by.
    Duration typicalInterval();

    static TickSchedule every(Duration interval) {
        return new Every(interval);
    }

    /// Five fields of UNIX cron, or a word such as `@daily`, in a time zone.
    static TickSchedule cron(String expression, ZoneId zone) {
        return new Cron(Crontab.of(expression, zone));
    }

    /// A fixed rate; a tick that runs long skips the ones it overran.
    record Every(Duration interval) implements TickSchedule {
        private static final Duration SHORTEST = Duration.ofMillis(10);

        public Every {
            if (interval.compareTo(SHORTEST) < 0) {
                throw new IllegalArgumentException("interval must be at least 10ms, was " + Durations.format(interval));
            }
        }

        @Override
        public Instant next(Instant after) {
            return after.plus(interval);
        }

        @Override
        public Duration typicalInterval() {
            return interval;
        }
    }

    /// Wall-clock times of a zone; where the clock is put forward or back, the rule of [Crontab] holds.
    record Cron(Crontab crontab) implements TickSchedule {
        @Override
        public Instant next(Instant after) {
            return crontab.next(after)
                    .orElseThrow(() -> new IllegalStateException("cron " + crontab + " has no time after " + after));
        }

        @Override
        public Duration typicalInterval() {
            return crontab.typicalInterval();
        }
    }
}
