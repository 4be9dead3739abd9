package dev.mainstay.alert.notify;

import dev.mainstay.config.Default;
import dev.mainstay.config.Doc;
import dev.mainstay.config.Secret;
import java.net.URI;
import java.time.Duration;

/// Which service of whom a `pagerduty` tells. Immutable and thread-safe.
public record PagerDutySettings(
        @Doc("The integration key of the service; env:NAME or file:PATH.")
        Secret routingKey,

        @Default("https://events.pagerduty.com/v2/enqueue") @Doc("Where events are sent.")
        URI url,

        @Default("10s") @Doc("When to give up on an event; at most 25s.")
        Duration timeout,

        @Default("false") @Doc("Whether the host may be on this machine or in a private network.")
        boolean allowPrivate) {
    public PagerDutySettings {
        new HttpTarget(url, timeout, allowPrivate);
    }

    HttpTarget target() {
        return new HttpTarget(url, timeout, allowPrivate);
    }
}
