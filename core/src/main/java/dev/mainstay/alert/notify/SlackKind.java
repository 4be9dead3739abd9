package dev.mainstay.alert.notify;

import dev.mainstay.alert.Notifier;
import dev.mainstay.alert.NotifierKind;

/// `type: slack`. Stateless and thread-safe.
public final class SlackKind implements NotifierKind<SlackSettings> {
    @Override
    public String name() {
        return "slack";
    }

    @Override
    public String description() {
        return "Posts a text to an incoming webhook of Slack, Mattermost or another that takes the same.";
    }

    @Override
    public Class<SlackSettings> settings() {
        return SlackSettings.class;
    }

    @Override
    public Notifier create(SlackSettings settings) {
        return new SlackNotifier(settings);
    }
}
