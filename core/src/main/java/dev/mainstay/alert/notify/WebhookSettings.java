package dev.mainstay.alert.notify;

import dev.mainstay.config.Default;
import dev.mainstay.config.Doc;
import dev.mainstay.config.Secret;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Where a `webhook` posts to. Immutable and thread-safe.
public record WebhookSettings(
        @Doc("The address to post to, http or https.") URI url,

        @Nullable @Doc("What the body is signed with; env:NAME or file:PATH.")
        Secret secret,

        @Doc("Headers whose value is a secret, each as env:NAME or file:PATH.")
        Map<String, Secret> secretHeaders,

        @Default("10s") @Doc("When to give up; at most 25s.")
        Duration timeout,

        @Default("false") @Doc("Whether the host may be on this machine or in a private network.")
        boolean allowPrivate) {
    public WebhookSettings {
        new HttpTarget(url, timeout, allowPrivate);
    }

    HttpTarget target() {
        return new HttpTarget(url, timeout, allowPrivate);
    }
}
