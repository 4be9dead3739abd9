package dev.mainstay.telemetry;

import static java.util.Objects.requireNonNull;

import dev.mainstay.postgres.StorableText;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Something that happened and that somebody may ask about later. Immutable, and its texts are such that they can be
/// stored; its detail is checked when it is recorded.
public record Event(
        UUID organization,
        Instant at,
        String type,
        Severity severity,
        @Nullable String agent,
        @Nullable String node,
        String cause,
        Map<String, ?> detail) {
    private static final int LONGEST_NAME = 200;
    private static final int LONGEST_CAUSE = 2_000;

    public Event {
        requireNonNull(organization, "organization");
        requireNonNull(at, "at");
        requireNonNull(severity, "severity");
        requireNonNull(detail, "detail");
        type = StorableText.of(type, LONGEST_NAME);
        agent = agent == null ? null : StorableText.of(agent, LONGEST_NAME);
        node = node == null ? null : StorableText.of(node, LONGEST_NAME);
        cause = StorableText.of(cause, LONGEST_CAUSE);
    }
}
