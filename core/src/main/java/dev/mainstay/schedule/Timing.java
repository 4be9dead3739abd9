package dev.mainstay.schedule;

import dev.mainstay.config.Durations;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/// The moments of a schedule. Immutable and thread-safe.
public sealed interface Timing permits Crontab, Timing.Every, Timing.Once {
    /// The first moment after `after`; empty when there is none.
    Optional<Instant> next(Instant after);

    /// The same in English.
    String inWords();

    /// Five fields of UNIX cron, or a word such as `@daily`, in a time zone.
    static Timing cron(String expression, ZoneId zone) {
        return Crontab.of(expression, zone);
    }

    /// At a distance, counted from the start of the epoch, so that every 15 minutes means the quarters of the hour.
    static Timing every(Duration interval) {
        return new Every(interval, Instant.EPOCH);
    }

    static Timing once(Instant at) {
        return new Once(at);
    }

    /// At a fixed distance.
    ///
    /// @param origin one of the moments, from which all others are counted
    record Every(Duration interval, Instant origin) implements Timing {
        private static final Duration SHORTEST = Duration.ofSeconds(1);
        private static final Duration LONGEST = Duration.ofDays(3_660);

        public Every {
            if (interval.compareTo(SHORTEST) < 0 || interval.compareTo(LONGEST) > 0) {
                throw new IllegalArgumentException("every must be from 1s to 3660d, was " + Durations.format(interval));
            }
            if (interval.toNanosPart() % 1_000_000 != 0) {
                throw new IllegalArgumentException(
                        "every must be whole milliseconds, was " + Durations.format(interval));
            }
        }

        @Override
        public Optional<Instant> next(Instant after) {
            Duration passed = Duration.between(origin, after);
            long whole = passed.dividedBy(interval);
            Instant candidate = origin.plus(interval.multipliedBy(whole));
            return Optional.of(candidate.isAfter(after) ? candidate : candidate.plus(interval));
        }

        @Override
        public String inWords() {
            return "every " + Durations.format(interval);
        }
    }

    /// One moment.
    record Once(Instant at) implements Timing {
        public Once {
            at = at.truncatedTo(ChronoUnit.MICROS);
        }

        @Override
        public Optional<Instant> next(Instant after) {
            return at.isAfter(after) ? Optional.of(at) : Optional.empty();
        }

        @Override
        public String inWords() {
            return "once at " + at;
        }
    }
}
