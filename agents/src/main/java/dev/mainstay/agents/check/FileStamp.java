package dev.mainstay.agents.check;

/// What tells whether a file has changed. Immutable.
///
/// @param modified milliseconds since 1970
record FileStamp(long size, long modified) {}
