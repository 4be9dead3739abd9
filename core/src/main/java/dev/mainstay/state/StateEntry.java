package dev.mainstay.state;

import java.time.Instant;
import tools.jackson.databind.JsonNode;

/// What stands under a key. Immutable, unless its JSON is changed.
///
/// @param version grows by one with each change; 1 is the first
public record StateEntry(String key, JsonNode value, long version, Instant updatedAt, String updatedBy) {}
