package dev.mainstay.cluster;

import java.util.Set;
import java.util.function.Supplier;

/// Who a node is and what it offers. Thread-safe.
///
/// @param id unique among the living nodes of a database
/// @param kinds of agents it can run at present
/// @param taskTypes the types of task it works on at present
/// @param address where its HTTP face answers; empty when it has none
public record NodeIdentity(
        String id,
        String host,
        String address,
        String version,
        Supplier<Set<String>> kinds,
        Supplier<Set<String>> taskTypes) {
    public NodeIdentity {
        if (id.isBlank()) {
            throw new IllegalArgumentException("node id must not be empty");
        }
    }
}
