package dev.mainstay.state;

import dev.mainstay.concurrent.Loop;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/// Tells of every change under a prefix, at first of all that stands there. Looks once a second, and at once when told
/// of a change by [#look]. The listener runs on the watch's thread; what it throws is tried again. Thread-safe.
public final class StateWatch implements AutoCloseable {
    private static final Duration PERIOD = Duration.ofSeconds(1);
    private static final int PAGE = 1_000;

    private final SharedState state;
    private final String prefix;
    private final Consumer<StateChange> listener;
    private final Map<String, Long> seen = new HashMap<>();
    private final Loop loop;
    private volatile Runnable stopListening = () -> {};

    StateWatch(SharedState state, String prefix, Consumer<StateChange> listener) {
        this.state = state;
        this.prefix = prefix;
        this.listener = listener;
        this.loop = Loop.start("state-watch", PERIOD, this::round);
    }

    StateWatch wokenBy(Runnable stop) {
        stopListening = stop;
        return this;
    }

    /// Looks now instead of within a second.
    public void look() {
        loop.wake();
    }

    private void round() {
        Set<String> gone = new HashSet<>(seen.keySet());
        String after = "";
        List<StateEntry> page;
        do {
            page = state.list(prefix, after, PAGE);
            for (StateEntry entry : page) {
                gone.remove(entry.key());
                tell(entry);
                after = entry.key();
            }
        } while (page.size() == PAGE);
        for (String key : gone) {
            listener.accept(new StateChange(key, null));
            seen.remove(key);
        }
    }

    /// A deleted and newly written entry has version 1 again; only an equal version is no change.
    private void tell(StateEntry entry) {
        Long known = seen.get(entry.key());
        if (known == null || known != entry.version()) {
            listener.accept(new StateChange(entry.key(), entry));
            seen.put(entry.key(), entry.version());
        }
    }

    @Override
    public void close() {
        stopListening.run();
        loop.close();
    }
}
