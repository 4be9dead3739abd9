package dev.mainstay.alert;

import dev.mainstay.concurrent.Threads;
import dev.mainstay.postgres.Database;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Delivers what is due in the outbox, at least once each. A notifier that hangs is given no more than a few
/// notifications and keeps none from the others. Thread-safe.
public final class NotificationSender {
    /// SQL that tells whether a round has anything to do.
    public static final String DUE = "EXISTS (SELECT FROM alert_notifications WHERE due_at <= now())";

    public static final Duration PERIOD = Duration.ofSeconds(1);
    private static final Logger LOG = LoggerFactory.getLogger(NotificationSender.class);
    /// No notifier is waited for longer.
    static final Duration BOUND = Duration.ofSeconds(30);
    static final int MOST_OF_ONE = 4;

    private final Database database;
    private final Map<String, Notifier> notifiers;
    private final Map<String, AtomicInteger> running = new ConcurrentHashMap<>();
    private final DeliveryStore store = new DeliveryStore();

    /// One that delivers to these notifiers.
    ///
    /// @param notifiers by the names that rules and routes use
    public NotificationSender(Database database, Map<String, Notifier> notifiers) {
        this.database = database;
        this.notifiers = Map.copyOf(notifiers);
    }

    /// Begins with what is due; what does not fit comes with a later round.
    public void round() {
        Map<String, Integer> inHand = new HashMap<>();
        running.forEach((notifier, deliveries) -> inHand.put(notifier, deliveries.get()));
        List<DeliveryStore.Delivery> due = database.control(handle -> store.claim(handle, inHand, MOST_OF_ONE));
        due.forEach(delivery -> {
            running(delivery).incrementAndGet();
            Threads.startVirtual("notify " + delivery.notifier(), () -> deliver(delivery));
        });
    }

    private AtomicInteger running(DeliveryStore.Delivery delivery) {
        return running.computeIfAbsent(delivery.notifier(), _ -> new AtomicInteger());
    }

    private void deliver(DeliveryStore.Delivery delivery) {
        Attempt attempt = new Attempt();
        Thread sending = Threads.startVirtual("send " + delivery.notifier(), () -> {
            attempt.run(delivery);
            running(delivery).decrementAndGet();
        });
        Threads.join(sending, BOUND);
        sending.interrupt();
        String error = attempt.end;
        Notification notification = delivery.notification();
        if (error.isEmpty()) {
            database.control(handle -> store.sent(handle, notification));
        } else {
            LOG.atWarn()
                    .addKeyValue("notifier", delivery.notifier())
                    .addKeyValue("notification", notification.id())
                    .addKeyValue("attempt", notification.attempt())
                    .log("a notification was not taken, it is tried again: {}", error);
            database.control(handle -> store.failed(handle, notification, error));
        }
    }

    /// What came of it, also while it still hangs.
    private final class Attempt {
        private volatile String end = "no answer within " + BOUND.toSeconds() + " s";

        private void run(DeliveryStore.Delivery delivery) {
            Notifier notifier = notifiers.get(delivery.notifier());
            if (notifier == null) {
                end = "there is no notifier \"" + delivery.notifier() + "\" on this node; it has "
                        + notifiers.keySet().stream().sorted().collect(Collectors.joining(", "));
                return;
            }
            try {
                notifier.send(delivery.notification());
                end = "";
            } catch (Throwable e) { // whatever somebody else's notifier throws
                end = NotifierDesk.words(e);
            }
        }
    }
}
