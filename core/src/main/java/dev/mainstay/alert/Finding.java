package dev.mainstay.alert;

import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A subject of which a rule's condition holds now. Immutable and thread-safe.
///
/// @param labels what tells it from others of the same agent
/// @param summary in words, with figures
/// @param evidence the stored rows it was found in, or how to find them
/// @param began since when it holds, as far as is known
record Finding(
        UUID organization,
        AlertRule rule,
        @Nullable String agent,
        @Nullable String node,
        String labels,
        String summary,
        @Nullable Double value,
        Map<String, ?> evidence,
        Instant began) {
    /// The same for the same rule and subject, however often it is found.
    String fingerprint() {
        return rule.name() + "|" + (agent == null ? "" : agent) + "|" + (node == null || agent != null ? "" : node)
                + "|" + labels;
    }
}
