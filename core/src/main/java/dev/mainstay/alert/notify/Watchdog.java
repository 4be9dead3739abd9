package dev.mainstay.alert.notify;

import dev.mainstay.concurrent.MonotonicClock;
import dev.mainstay.concurrent.Threads;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Calls an address outside as long as alerts are looked for, so that somebody else can tell when that has ended: with
/// the last node, with the database, or with this machine's way to the world. Rounds come from one thread.
public final class Watchdog {
    private static final Logger LOG = LoggerFactory.getLogger(Watchdog.class);
    /// Looks come once a second, and one may come late.
    private static final Duration SLACK = Duration.ofSeconds(2);

    private static final long NEVER = Long.MIN_VALUE;

    private final WatchdogSettings settings;
    private final MonotonicClock monotonic;
    private final AtomicBoolean isCalling = new AtomicBoolean();
    private volatile boolean hasFailed;
    private volatile long lastCall = NEVER;

    public Watchdog(WatchdogSettings settings, MonotonicClock monotonic) {
        this.settings = settings;
        this.monotonic = monotonic;
    }

    /// SQL that lets the engine make a round as often as this needs one, also when nothing else is to do.
    ///
    /// @param otherwise what tells whether it has anything to do
    public String due(String otherwise) {
        return isTime() ? "true" : otherwise;
    }

    private boolean isTime() {
        long last = lastCall;
        return last == NEVER
                || monotonic.nanos() - last >= settings.every().minus(SLACK).toNanos();
    }

    /// The engine has looked, and stored what it saw: calls, if it is time.
    public void roundSucceeded() {
        if (isTime() && isCalling.compareAndSet(false, true)) {
            lastCall = monotonic.nanos();
            Threads.startVirtual("watchdog", this::call);
        }
    }

    private void call() {
        try {
            new HttpPost(settings.target()).send(Map.of(), "{}");
            if (hasFailed) {
                hasFailed = false;
                LOG.info("the watchdog's address is reached again");
            }
        } catch (Exception e) {
            if (!hasFailed) {
                hasFailed = true;
                LOG.warn("the watchdog's address was not reached, and is called again in its time: {}", e.getMessage());
            }
        } finally {
            isCalling.set(false);
        }
    }
}
