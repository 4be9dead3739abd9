package dev.mainstay.state;

import org.jspecify.annotations.Nullable;

/// What happened under a key since a watch last looked; changes in between are seen as one.
///
/// @param entry what stands there now; null when it was deleted
public record StateChange(String key, @Nullable StateEntry entry) {}
