package dev.mainstay.agent;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/// Agents that must stop one after the other, in this order; chains do not wait for each other.
record ShutdownOrder(List<AgentLife> lives) {
    /// An agent without a group is a chain of its own; a group is one, last started first.
    static List<ShutdownOrder> chains(List<AgentLife> lastStartedFirst) {
        Map<Object, List<AgentLife>> chains = new LinkedHashMap<>();
        for (AgentLife life : lastStartedFirst) {
            SupervisionGroup group = life.spec().group();
            Object key = group == null ? life.ref() : List.of(life.ref().organization(), group.name());
            chains.computeIfAbsent(key, any -> new ArrayList<>()).add(life);
        }
        chains.values().forEach(chain -> chain.sort((one, other) -> position(other) - position(one)));
        return chains.values().stream().map(ShutdownOrder::new).toList();
    }

    private static int position(AgentLife life) {
        return life.spec().group() == null ? 0 : life.spec().group().position();
    }

    CompletableFuture<Void> end(String cause) {
        CompletableFuture<Void> chain = CompletableFuture.completedFuture(null);
        for (AgentLife life : lives) {
            chain = chain.thenCompose(ended -> {
                life.endWith(cause);
                return life.ended();
            });
        }
        return chain;
    }
}
