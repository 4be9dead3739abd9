package dev.mainstay.alert.notify;

import dev.mainstay.alert.Notification;
import dev.mainstay.alert.NotificationText;
import dev.mainstay.alert.Notifier;
import dev.mainstay.postgres.Jsonb;
import java.util.Map;

/// Posts notifications to an incoming webhook as Slack has them, and Mattermost and others after it. Thread-safe.
public final class SlackNotifier implements Notifier {
    private static final int MOST_LINES = 10;

    private final SlackSettings settings;

    public SlackNotifier(SlackSettings settings) {
        this.settings = settings;
    }

    @Override
    public void send(Notification notification) throws Exception {
        sendAndHear(notification);
    }

    @Override
    public String sendAndHear(Notification notification) throws Exception {
        String text = "*" + escaped(notification.title()) + "*\n"
                + escaped(String.join("\n", NotificationText.lines(notification, MOST_LINES)));
        String body = Jsonb.text(Map.of("text", text));
        return new HttpPost(settings.target()).send(Map.of(), body).words();
    }

    /// Else what an agent says could name people and make links.
    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
