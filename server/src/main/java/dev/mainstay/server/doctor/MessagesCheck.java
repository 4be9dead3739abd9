package dev.mainstay.server.doctor;

import dev.mainstay.MainstayException;
import dev.mainstay.server.config.MessageSettings;
import java.util.List;

/// Whether messages can be kept where `messages.transport` says, when that is elsewhere than in the database. Stateless
/// and thread-safe.
public final class MessagesCheck {
    private static final String NAME = "messages";
    private static final String REACH = "see that it runs, and that messages.transport and messages.url are right";

    private MessagesCheck() {}

    /// One finding; none when messages are in the database, which has its own checks.
    public static List<Finding> examine(MessageSettings settings) {
        try {
            return settings.tryOut().map(found -> Finding.ok(NAME, found)).stream()
                    .toList();
        } catch (MainstayException e) {
            return List.of(Finding.failed(NAME, String.valueOf(e.getMessage()), REACH));
        }
    }
}
