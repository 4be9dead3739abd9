package dev.mainstay.alert.notify;

import dev.mainstay.config.Default;
import dev.mainstay.config.Doc;
import dev.mainstay.config.Secret;
import java.time.Duration;

/// Which incoming webhook a `slack` posts to. Immutable and thread-safe.
public record SlackSettings(
        @Doc("The address of the incoming webhook, a secret: env:NAME or file:PATH.")
        Secret url,

        @Default("10s") @Doc("When to give up; at most 25s.")
        Duration timeout,

        @Default("false") @Doc("Whether the host may be on this machine or in a private network.")
        boolean allowPrivate) {

    /// Read anew each time, so that a changed secret is used at once.
    HttpTarget target() {
        return HttpTarget.of(url, timeout, allowPrivate);
    }
}
