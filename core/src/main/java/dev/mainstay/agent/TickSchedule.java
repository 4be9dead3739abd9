package dev.mainstay.agent;

import com.cronutils.model.Cron;
import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import dev.mainstay.config.Durations;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Optional;

/// When an agent ticks. Immutable.
public sealed interface TickSchedule {
    /// The first due time after `after`.
    Instant next(Instant after);

    /// The usual distance between two ticks; what heartbeats and health go by.
    Duration typicalInterval();

    static TickSchedule every(Duration interval) {
        return new Every(interval);
    }

    /// A five-field UNIX cron expression in a time zone.
    static TickSchedule cron(String expression, ZoneId zone) {
        return new Crontab(expression, zone);
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

    /// Wall-clock times of a zone, by cron-utils.
    record Crontab(String expression, ZoneId zone) implements TickSchedule {
        private static final CronParser PARSER =
                new CronParser(CronDefinitionBuilder.instanceDefinitionFor(CronType.UNIX));

        public Crontab {
            if (following(expression, zone, Instant.EPOCH).isEmpty()) {
                throw new IllegalArgumentException("cron '" + expression + "' never fires");
            }
        }

        @Override
        public Instant next(Instant after) {
            return following(expression, zone, after)
                    .orElseThrow(
                            () -> new IllegalStateException("cron '" + expression + "' has no time after " + after));
        }

        @Override
        public Duration typicalInterval() {
            Instant first = next(Instant.EPOCH);
            return Duration.between(first, next(first));
        }

        private static Optional<Instant> following(String expression, ZoneId zone, Instant after) {
            return ExecutionTime.forCron(parsed(expression))
                    .nextExecution(after.atZone(zone))
                    .map(ZonedDateTime::toInstant);
        }

        private static Cron parsed(String expression) {
            try {
                return PARSER.parse(expression).validate();
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("cron '" + expression + "' is not readable: " + e.getMessage(), e);
            }
        }
    }
}
