package dev.mainstay.agents.demo;

import java.time.Duration;

/// How a synthetic agent behaves. Immutable and thread-safe.
///
/// @param failures the share of ticks that end with an error, 0 to 1
/// @param crashes the share of ticks that throw
record Faults(Duration shortest, Duration longest, double failures, double crashes) {
    Faults {
        if (failures < 0 || crashes < 0 || failures + crashes > 1) {
            throw new IllegalArgumentException("shares must be within 0 and 1");
        }
        if (shortest.isNegative() || longest.compareTo(shortest) < 0) {
            throw new IllegalArgumentException("longest must not be below shortest");
        }
    }
}
