package dev.mainstay.message;

import dev.mainstay.telemetry.Metric;
import dev.mainstay.telemetry.Telemetry;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;

/// How messages in hand ended on this node, counted by group and outcome. Thread-safe.
final class MessageTally {
    private final Map<Key, Integer> counts = new HashMap<>();

    private record Key(UUID organization, String group, String outcome) {}

    synchronized void settled(UUID organization, String group, List<Settlement> settlements) {
        for (Settlement settlement : settlements) {
            String outcome = settlement.outcome().name().toLowerCase(Locale.ROOT);
            counts.merge(new Key(organization, group, outcome), 1, Integer::sum);
        }
    }

    /// What was counted since it was told last.
    synchronized void tell(Telemetry telemetry, Instant now) {
        counts.forEach((key, count) -> telemetry.metric(new Metric(
                key.organization(),
                "",
                "messages.settled",
                Map.of("group", key.group(), "outcome", key.outcome()),
                "messages",
                now,
                count)));
        counts.clear();
    }
}
