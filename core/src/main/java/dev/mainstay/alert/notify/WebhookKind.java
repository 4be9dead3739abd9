package dev.mainstay.alert.notify;

import dev.mainstay.alert.Notifier;
import dev.mainstay.alert.NotifierKind;

/// `type: webhook`. Stateless and thread-safe.
public final class WebhookKind implements NotifierKind<WebhookSettings> {
    @Override
    public String name() {
        return "webhook";
    }

    @Override
    public String description() {
        return "Posts the notification as JSON to a web address, signed as Standard Webhooks are.";
    }

    @Override
    public Class<WebhookSettings> settings() {
        return WebhookSettings.class;
    }

    @Override
    public Notifier create(WebhookSettings settings) {
        return new WebhookNotifier(settings);
    }
}
