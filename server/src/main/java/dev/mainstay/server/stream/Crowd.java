package dev.mainstay.server.stream;

import java.util.HashMap;
import java.util.Map;

/// How many are here at once, of each key and of all, up to a bound. Thread-safe.
public final class Crowd {
    private final int mostOfKey;
    private final int most;
    private final Map<String, Integer> ofKeys = new HashMap<>();
    private int all;

    public Crowd(int mostOfKey, int most) {
        this.mostOfKey = mostOfKey;
        this.most = most;
    }

    public synchronized boolean hasRoom(String key) {
        return all < most && ofKeys.getOrDefault(key, 0) < mostOfKey;
    }

    /// False when there is no room; whoever is let in must leave.
    public synchronized boolean enter(String key) {
        boolean isRoom = hasRoom(key);
        if (isRoom) {
            all++;
            ofKeys.merge(key, 1, Integer::sum);
        }
        return isRoom;
    }

    public synchronized void leave(String key) {
        all--;
        ofKeys.computeIfPresent(key, (same, count) -> count == 1 ? null : count - 1);
    }
}
