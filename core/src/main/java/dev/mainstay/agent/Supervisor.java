package dev.mainstay.agent;

import dev.mainstay.AgentRef;
import dev.mainstay.agent.RestartBudget.Verdict;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Decides after a crash, in the sense of OTP: who restarts, when, and when it is enough. An agent without a group
/// has a budget of its own; the members of a group share one, and go into quarantine together. Thread-safe.
final class Supervisor {
    private final RandomGenerator random;
    private final Set<AgentLife> lives = new HashSet<>();
    private final Map<AgentRef, RestartBudget> budgets = new HashMap<>();
    private final Map<GroupRef, List<AgentLife>> members = new HashMap<>();
    private final Map<GroupRef, RestartBudget> groupBudgets = new HashMap<>();

    private record GroupRef(UUID organization, String name) {}

    /// What to do, and which other members of its group do the same.
    record Decision(Verdict verdict, List<AgentLife> companions) {}

    Supervisor(RandomGenerator random) {
        this.random = random;
    }

    synchronized void joined(AgentLife life) {
        lives.add(life);
        GroupRef group = groupOf(life);
        if (group != null) {
            members.computeIfAbsent(group, any -> new ArrayList<>()).add(life);
        }
    }

    /// The life ended on this node; its budget ends with it, that of a group with its last member.
    synchronized void left(AgentLife life) {
        lives.remove(life);
        budgets.remove(life.ref());
        GroupRef group = groupOf(life);
        if (group != null) {
            members.computeIfPresent(group, (_, lives) -> without(life, lives));
            if (!members.containsKey(group)) {
                groupBudgets.remove(group);
            }
        }
    }

    private static @Nullable List<AgentLife> without(AgentLife life, List<AgentLife> lives) {
        lives.remove(life);
        return lives.isEmpty() ? null : lives;
    }

    /// One that has left meanwhile spends nothing of what the next life has.
    synchronized Decision crashed(AgentLife life, long now) {
        if (!lives.contains(life)) {
            return new Decision(new Verdict.Restart(life.spec().restart().backoff()), List.of());
        }
        GroupRef group = groupOf(life);
        if (group == null) {
            return new Decision(ownBudget(life).crashed(now), List.of());
        }
        Verdict verdict = groupBudgets
                .computeIfAbsent(group, any -> new RestartBudget(life.spec().restart(), random))
                .crashed(now);
        boolean isOver = verdict instanceof Verdict.Quarantine;
        List<AgentLife> companions = members.getOrDefault(group, List.of()).stream()
                .filter(other -> other != life)
                .filter(other -> isOver || isRestartedWith(other, life))
                .toList();
        return new Decision(verdict, companions);
    }

    private RestartBudget ownBudget(AgentLife life) {
        return budgets.computeIfAbsent(
                life.ref(), any -> new RestartBudget(life.spec().restart(), random));
    }

    private static boolean isRestartedWith(AgentLife other, AgentLife crashed) {
        SupervisionGroup group = other.spec().group();
        SupervisionGroup crashedGroup = crashed.spec().group();
        return group != null && crashedGroup != null && group.isRestartedWith(crashedGroup);
    }

    private static @Nullable GroupRef groupOf(AgentLife life) {
        SupervisionGroup group = life.spec().group();
        return group == null ? null : new GroupRef(life.ref().organization(), group.name());
    }
}
