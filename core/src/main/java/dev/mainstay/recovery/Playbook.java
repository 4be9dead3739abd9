package dev.mainstay.recovery;

import java.time.Duration;
import java.util.List;
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
            throw new IllegalArgumentException("actions must not name one twice, were " + actions);
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

    /// Those every fleet begins with.
    public static List<Playbook> builtin() {
        return List.of(
                of("silence", Set.of("heartbeat-missed"), RestartAction.NAME, CleanRestartAction.NAME),
                of("hang", Set.of("work-stalled"), RestartAction.NAME, CleanRestartAction.NAME),
                of("quarantine", Set.of("agent-quarantined"), RestartAction.NAME, CleanRestartAction.NAME),
                of("crash", Set.of("agent-failed"), RestartAction.NAME, CleanRestartAction.NAME));
    }
}
