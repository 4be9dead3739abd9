package dev.mainstay.recovery;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What is tried against a cause, in order unless experience says otherwise. Immutable, thread-safe, and valid by
/// construction.
///
/// @param rules the alert rules that tell of the cause
/// @param actions names of actions; each is tried once an episode
/// @param verifyWithin an action has so long to show that it helped
/// @param coolDown so long at least between two of the same action on one agent
/// @param budget so many episodes of the cause on one agent within `per`; beyond it people are called
public record Playbook(
        String cause,
        Set<String> rules,
        List<String> actions,
        Duration verifyWithin,
        Duration coolDown,
        int budget,
        Duration per) {
    /// The rule that tells people that healing has given up.
    public static final String ESCALATED = "recovery-escalated";

    /// The rule that tells people that healing waits for their answer.
    public static final String APPROVAL = "recovery-approval";

    public Playbook {
        rules = Set.copyOf(rules);
        actions = List.copyOf(actions);
        if (rules.isEmpty()) {
            throw new IllegalArgumentException("rules must name at least one alert rule");
        }
        if (actions.isEmpty()) {
            throw new IllegalArgumentException("actions must name at least one action");
        }
        if (Set.copyOf(actions).size() < actions.size()) {
            throw new IllegalArgumentException(
                    "actions must not name one twice, or the playbook would go in circles; were "
                            + String.join(", ", actions));
        }
        for (String own : List.of(ESCALATED, APPROVAL)) {
            if (rules.contains(own)) {
                throw new IllegalArgumentException(
                        "rules must not name " + own + ", which healing itself raises: it would never end");
            }
        }
        if (!verifyWithin.isPositive() || coolDown.isNegative() || !per.isPositive() || budget < 1) {
            throw new IllegalArgumentException(
                    "verifyWithin and per must be positive, coolDown not negative, budget at least 1");
        }
    }

    public static Playbook of(String cause, Set<String> rules, String... actions) {
        return new Playbook(
                cause,
                rules,
                List.of(actions),
                Duration.ofSeconds(60),
                Duration.ofMinutes(1),
                3,
                Duration.ofMinutes(30));
    }

    /// The same, which answers these rules no more; empty when it answers none.
    Optional<Playbook> without(Set<String> taken) {
        Set<String> left = new HashSet<>(rules);
        left.removeAll(taken);
        return left.isEmpty()
                ? Optional.empty()
                : Optional.of(new Playbook(cause, left, actions, verifyWithin, coolDown, budget, per));
    }

    /// Those every fleet begins with. What is cheap and can do no harm comes first; what changes a declaration
    /// or the state an agent keeps comes last. An agent in quarantine was started anew again and again, so that
    /// is not tried once more: it is left to its back-off until something about it is another.
    public static List<Playbook> builtin() {
        String restart = RestartAction.NAME;
        String clean = CleanRestartAction.NAME;
        String back = RollBackAction.NAME;
        String move = MoveAction.NAME;
        String clear = ClearLeaseAction.NAME;
        String circuit = CircuitAction.NAME;
        return List.of(
                of("silence", Set.of("heartbeat-missed"), restart, clear),
                of("hang", Set.of("work-stalled", "agent-hanging"), restart, clean, clear),
                of("crash", Set.of("agent-crashing", "agent-failed"), restart, back, clean, move),
                of("quarantine", Set.of("agent-quarantined"), back, clean),
                of("configuration", Set.of("agent-cannot-start"), back, clean, move),
                of("slow", Set.of("agent-slow"), restart, move),
                of("error-burst", Set.of("agent-failing"), restart, circuit, back, clean),
                of("memory", Set.of("agent-leaking", "agent-out-of-memory"), restart, move),
                of("connection-loss", Set.of("agent-disconnected"), ReconnectAction.NAME, restart, circuit),
                of("time-out", Set.of("agent-overrunning"), circuit, clean, move),
                of("dependency-down", Set.of("dependency-down"), circuit, ReconnectAction.NAME),
                of("poison-input", Set.of("dead-letters"), RequeueAction.NAME),
                of("overload", Set.of("queue-backlog"), ShedAction.NAME));
    }
}
