package dev.mainstay.agent;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/// What this node can run: the kinds it knows and the agents given by code, each a kind of its own. Thread-safe.
public final class AgentKinds {
    private final Map<String, AgentFactory> factories = new ConcurrentHashMap<>();

    /// Replaces nothing: a kind has one implementation on a node.
    public void add(String kind, AgentFactory factory) {
        if (factories.putIfAbsent(kind, factory) != null) {
            throw new MainstayException(ErrorCode.AGENT_DUPLICATE, "kind " + kind + " is given twice; rename one");
        }
    }

    public Set<String> names() {
        return new TreeSet<>(factories.keySet());
    }

    public boolean knows(String kind) {
        return factories.containsKey(kind);
    }

    Agent create(AgentSpec spec) throws Exception {
        AgentFactory factory = factories.get(spec.kind());
        if (factory == null) {
            throw new MainstayException(
                    ErrorCode.KIND_UNKNOWN,
                    "agent " + spec.id() + " is of kind " + spec.kind() + ", which this node does not know; known: "
                            + names());
        }
        return factory.create(spec);
    }
}
