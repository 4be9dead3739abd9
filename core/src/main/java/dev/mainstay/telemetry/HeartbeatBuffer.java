package dev.mainstay.telemetry;

import dev.mainstay.AgentRef;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Heartbeats waiting for the next flush. When too many wait (the database is away), each agent's are merged into
/// one that carries all their counts, so memory is bounded by the number of agents. Guarded by its owner's lock.
final class HeartbeatBuffer {
    private static final int MERGE_ABOVE = 50_000;

    private final List<Heartbeat> waiting = new ArrayList<>();
    private int mergeAt = MERGE_ABOVE;

    void add(Heartbeat heartbeat) {
        waiting.add(heartbeat);
        if (waiting.size() >= mergeAt) {
            merge();
        }
    }

    private void merge() {
        Map<AgentRef, Heartbeat> newest = new LinkedHashMap<>();
        for (Heartbeat heartbeat : waiting) {
            newest.merge(heartbeat.agent(), heartbeat, (older, newer) -> newer.absorbing(older));
        }
        waiting.clear();
        waiting.addAll(newest.values());
        mergeAt = Math.max(MERGE_ABOVE, 2 * newest.size());
    }

    int size() {
        return waiting.size();
    }

    Heartbeat get(int index) {
        return waiting.get(index);
    }

    /// The heartbeats in waves that name each agent once, oldest first, as one UPDATE can take them.
    List<List<Heartbeat>> waves() {
        Map<AgentRef, Integer> seen = HashMap.newHashMap(waiting.size());
        List<List<Heartbeat>> waves = new ArrayList<>();
        for (Heartbeat heartbeat : waiting) {
            int wave = seen.merge(heartbeat.agent(), 1, Integer::sum) - 1;
            if (wave == waves.size()) {
                waves.add(new ArrayList<>());
            }
            waves.get(wave).add(heartbeat);
        }
        return waves;
    }
}
