package dev.mainstay.alert;

import java.util.Optional;

/// Which agents a rule is about; an empty part matches all. Immutable and thread-safe.
///
/// @param agent an id, or the beginning of ids followed by `*`
public record AlertScope(Optional<String> agent, Optional<String> kind, Optional<String> capability) {
    public static final AlertScope ALL = new AlertScope(Optional.empty(), Optional.empty(), Optional.empty());
}
