package dev.mainstay.postgres;

/// How a pool of connections is used at the moment. Immutable.
///
/// @param name control, engine or api
/// @param waiting who wait for a connection
public record PoolUse(String name, int active, int idle, int waiting) {}
