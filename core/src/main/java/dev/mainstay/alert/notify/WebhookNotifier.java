package dev.mainstay.alert.notify;

import dev.mainstay.alert.Notification;
import dev.mainstay.alert.Notifier;
import dev.mainstay.concurrent.WallClock;
import dev.mainstay.config.Secret;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;

/// Posts notifications as JSON, in the manner of [Standard Webhooks](https://www.standardwebhooks.com): `webhook-id` is
/// the same over all tries, `webhook-timestamp` is when this one was sent, and `webhook-signature` signs both and the
/// body. Thread-safe.
public final class WebhookNotifier implements Notifier {
    private static final Duration USUAL = Duration.ofSeconds(10);

    private final WebhookSettings settings;
    private final HttpPost post;
    private final InstantSource clock;

    /// One that signs nothing.
    public WebhookNotifier(URI url) {
        this(new WebhookSettings(url, null, Map.of(), USUAL, false));
    }

    public WebhookNotifier(WebhookSettings settings) {
        this(settings, WallClock.system(), new HttpPost(settings.target()));
    }

    WebhookNotifier(WebhookSettings settings, InstantSource clock, HttpPost post) {
        this.settings = settings;
        this.post = post;
        this.clock = clock;
    }

    @Override
    public void send(Notification notification) throws Exception {
        sendAndHear(notification);
    }

    @Override
    public String sendAndHear(Notification notification) throws Exception {
        String body = NotificationJson.of(notification);
        String id = notification.id().toString();
        String timestamp = Long.toString(clock.instant().getEpochSecond());
        Map<String, String> headers = new LinkedHashMap<>();
        settings.secretHeaders().forEach((name, secret) -> headers.put(name, secret.reveal()));
        headers.put("webhook-id", id);
        headers.put("webhook-timestamp", timestamp);
        Secret secret = settings.secret();
        if (secret != null) {
            headers.put("webhook-signature", Signature.of(secret.reveal(), id, timestamp, body));
        }
        return post.send(headers, body).words();
    }
}
