package dev.mainstay.alert;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import dev.mainstay.concurrent.Bounded;
import dev.mainstay.concurrent.MonotonicClock;
import dev.mainstay.config.Suggestions;
import dev.mainstay.postgres.Columns;
import dev.mainstay.postgres.OrganizationDatabase;
import dev.mainstay.postgres.StorableText;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The notifiers of this node, and a way to try one. Thread-safe.
public final class NotifierDesk {
    private static final int LONGEST = 1_000;

    /// Until its end is known it stands as given up, for nobody tries it again.
    private static final String BEGIN = """
            INSERT INTO alert_notifications (organization_id, notifier, kind, group_key, severity, alerts, is_open,
                attempts, given_up_at, last_error)
            VALUES (:organization, :notifier, 'test', 'test', 'info', '{}', false, 1, clock_timestamp(), 'under way')
            RETURNING notification_id, created_at
            """;

    private static final String END = """
            UPDATE alert_notifications
            SET sent_at = CASE WHEN :taken THEN clock_timestamp() END,
                given_up_at = CASE WHEN NOT :taken THEN clock_timestamp() END,
                last_error = CASE WHEN NOT :taken THEN :answer END
            WHERE organization_id = :organization AND notification_id = :id
            """;

    private final Map<String, Notifier> notifiers;
    private final MonotonicClock monotonic;

    /// @param notifiers by the names that rules and routes use
    public NotifierDesk(Map<String, Notifier> notifiers, MonotonicClock monotonic) {
        this.notifiers = Map.copyOf(notifiers);
        this.monotonic = monotonic;
    }

    public List<String> names() {
        return notifiers.keySet().stream().sorted().toList();
    }

    /// The notifier of this name.
    ///
    /// @throws MainstayException `NOTIFIER_UNKNOWN` when there is none
    public Notifier named(String name) {
        Notifier notifier = notifiers.get(name);
        if (notifier == null) {
            throw new MainstayException(
                    ErrorCode.NOTIFIER_UNKNOWN,
                    "there is no notifier " + name + " on this node"
                            + Suggestions.didYouMeanOrKnown(name, notifiers.keySet()));
        }
        return notifier;
    }

    private record Begun(UUID id, Instant at) {}

    /// Sends a test through a notifier now; how it ends is kept in the delivery log.
    public NotifierTrial test(OrganizationDatabase database, String name) throws InterruptedException {
        Notifier notifier = named(name);
        UUID organization = database.organization();
        Begun begun = database.write(handle -> handle.createQuery(BEGIN)
                .bind("organization", organization)
                .bind("notifier", name)
                .map((row, context) ->
                        new Begun(Columns.uuid(row, "notification_id"), Columns.instant(row, "created_at")))
                .one());
        NotifierTrial trial = send(name, notifier, Notification.test(organization, begun.id, begun.at));
        database.write(handle -> handle.createUpdate(END)
                .bind("organization", organization)
                .bind("id", begun.id)
                .bind("taken", trial.taken())
                .bind("answer", trial.answer())
                .execute());
        return trial;
    }

    private NotifierTrial send(String name, Notifier notifier, Notification notification) throws InterruptedException {
        long since = monotonic.nanos();
        boolean isTaken = false;
        String answer;
        try {
            answer = Bounded.call("test " + name, NotificationSender.BOUND, () -> notifier.sendAndHear(notification));
            isTaken = true;
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception | LinkageError e) { // whatever somebody else's notifier throws
            answer = words(e);
        }
        long millis = Duration.ofNanos(monotonic.nanos() - since).toMillis();
        return new NotifierTrial(notification.id(), name, isTaken, StorableText.of(answer, LONGEST), millis);
    }

    /// The reason a notifier gave, in its own words.
    static String words(Throwable failure) {
        @Nullable String message = failure.getMessage();
        return message == null || message.isBlank() ? failure.getClass().getSimpleName() : message;
    }
}
