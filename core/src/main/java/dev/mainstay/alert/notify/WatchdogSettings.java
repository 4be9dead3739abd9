package dev.mainstay.alert.notify;

import dev.mainstay.config.Default;
import dev.mainstay.config.Doc;
import dev.mainstay.config.Durations;
import dev.mainstay.config.Secret;
import java.time.Duration;

/// Whom to call while alerts are looked for. Immutable and thread-safe.
public record WatchdogSettings(
        @Doc("An address that expects to be called, a secret: env:NAME or file:PATH.")
        Secret url,

        @Default("1m") @Doc("How often it is called, from 10s to 1h.")
        Duration every,

        @Default("false") @Doc("Whether the host may be on this machine or in a private network.")
        boolean allowPrivate) {
    private static final Duration SHORTEST = Duration.ofSeconds(10);
    private static final Duration LONGEST = Duration.ofHours(1);
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    public WatchdogSettings {
        if (every.compareTo(SHORTEST) < 0 || every.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("every must be from 10s to 1h, was " + Durations.format(every));
        }
    }

    /// Read anew each time, so that a changed secret is used at once.
    HttpTarget target() {
        return HttpTarget.of(url, TIMEOUT, allowPrivate);
    }
}
