package dev.mainstay.bench.chaos;

import dev.mainstay.bench.chaos.History.Acknowledged;
import dev.mainstay.bench.chaos.History.Attempt;
import dev.mainstay.bench.chaos.History.Effect;
import dev.mainstay.bench.chaos.History.Entry;
import dev.mainstay.bench.chaos.History.Step;
import dev.mainstay.bench.chaos.History.Task;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Judges a history: which promises were broken, and by what. Knows the promises and nothing of the
/// engine. Used by one thread.
final class HistoryCheck {
    private final History history;
    private final Map<UUID, Task> tasks;
    private final Map<Run, Attempt> ended = new HashMap<>();
    private final Map<UUID, List<Effect>> effects;
    private final Map<UUID, List<Entry>> starts;
    private final Map<Promise, List<String>> broken = new EnumMap<>(Promise.class);

    /// An attempt.
    private record Run(UUID task, long fence) {}

    private HistoryCheck(History history) {
        this.history = history;
        this.tasks = history.tasks().stream().collect(Collectors.toMap(Task::id, Function.identity()));
        history.attempts().forEach(attempt -> ended.put(new Run(attempt.task(), attempt.fence()), attempt));
        this.effects = history.effects().stream().collect(Collectors.groupingBy(Effect::task));
        this.starts = history.ledger().stream().filter(Entry::isStart).collect(Collectors.groupingBy(Entry::task));
        for (Promise promise : Promise.values()) {
            broken.put(promise, new ArrayList<>());
        }
    }

    /// For each promise what broke it, in words; nothing where it was kept.
    static Map<Promise, List<String>> check(History history) {
        return new HistoryCheck(history).judge();
    }

    private Map<Promise, List<String>> judge() {
        history.acknowledged().forEach(this::judgeAcknowledged);
        history.rolledBack().forEach(this::judgeRolledBack);
        history.tasks().forEach(this::judgeEffects);
        history.effects().forEach(this::judgeEffect);
        history.steps().forEach(this::judgeStep);
        starts.forEach(this::judgeStarts);
        starts.values().forEach(this::judgeTimes);
        judgeOrder();
        judgeRepeatedSteps();
        judgeFamilies();
        judgeKeys();
        return broken;
    }

    private void found(Promise promise, String words) {
        broken.getOrDefault(promise, List.of()).add(words);
    }

    private void judgeAcknowledged(Acknowledged acknowledged) {
        Task task = tasks.get(acknowledged.task());
        if (task == null || task.isOpen()) {
            found(Promise.NOTHING_LOST, acknowledged + " is " + task);
        }
    }

    private void judgeRolledBack(UUID id) {
        if (tasks.containsKey(id) || starts.containsKey(id)) {
            found(Promise.NO_GHOSTS, "rolled back and yet there: " + id);
        }
    }

    private void judgeEffects(Task task) {
        List<Effect> left = effects.getOrDefault(task.id(), List.of());
        if (left.size() > 1) {
            found(Promise.ONE_EFFECT, task + " left " + left);
        }
        if (task.kind().hasEffect() && task.isCompleted() == left.isEmpty()) {
            found(Promise.NOTHING_HALF_DONE, task + " left " + left);
        }
        Long stored = task.resultFence();
        if (task.isCompleted() && (stored == null || stored != task.lastFence())) {
            found(Promise.NO_STALE_WRITES, "the result is not of the last attempt: " + task);
        }
    }

    private void judgeEffect(Effect effect) {
        Task task = tasks.get(effect.task());
        boolean isLost = ended.containsKey(new Run(effect.task(), effect.fence()));
        if (task == null || isLost || effect.fence() != task.lastFence()) {
            found(Promise.NO_STALE_WRITES, effect + " of " + task);
        }
    }

    private void judgeStep(Step step) {
        Attempt end = ended.get(new Run(step.task(), step.fence()));
        if (end != null && end.endedAt() < step.endedAt()) {
            found(Promise.NO_STALE_WRITES, step + " after " + end);
        }
    }

    private void judgeStarts(UUID id, List<Entry> started) {
        Set<Long> fences = new HashSet<>();
        for (Entry start : started) {
            if (!fences.add(start.fence())) {
                found(Promise.DUPLICATES_EXPLAINED, "the same attempt twice: " + start);
            }
            Attempt before = ended.get(new Run(id, start.fence() - 1));
            if (start.fence() > 1 && (before == null || before.endedAt() > start.at())) {
                found(Promise.DUPLICATES_EXPLAINED, start + " although before there was " + before);
            }
        }
    }

    private void judgeTimes(List<Entry> started) {
        for (Entry start : started) {
            Task task = tasks.get(start.task());
            if (task != null && start.at() < task.notBefore()) {
                found(Promise.NOT_EARLY, start + " too early for " + task);
            }
        }
    }

    private void judgeOrder() {
        history.tasks().stream()
                .filter(task -> task.orderingKey() != null)
                .collect(Collectors.groupingBy(task -> String.valueOf(task.orderingKey())))
                .values()
                .forEach(this::judgeLine);
    }

    private void judgeLine(List<Task> line) {
        // The fires of a schedule have one number; their identifiers tell the order.
        List<Task> sorted = line.stream()
                .sorted(Comparator.comparingLong(Task::number).thenComparing(Task::id))
                .toList();
        for (int place = 1; place < sorted.size(); place++) {
            Task before = sorted.get(place - 1);
            Long end = before.endedAt();
            for (Entry start : starts.getOrDefault(sorted.get(place).id(), List.of())) {
                if (end == null || start.at() < end) {
                    found(Promise.IN_ORDER, start + " before the end of " + before);
                }
            }
        }
    }

    private void judgeRepeatedSteps() {
        Map<String, Step> stored = new HashMap<>();
        history.steps().forEach(step -> stored.put(step.task() + step.name(), step));
        for (Entry entry : history.ledger()) {
            Step step = stored.get(entry.task() + entry.phase());
            if (step != null && entry.fence() > step.fence()) {
                found(Promise.STEPS_ONCE, entry + " although there was " + step);
            }
        }
    }

    private void judgeFamilies() {
        Map<UUID, List<Task>> families = history.tasks().stream()
                .filter(task -> task.parent() != null)
                .collect(Collectors.groupingBy(task -> parent(task)));
        for (Task task : history.tasks()) {
            List<Task> children = families.getOrDefault(task.id(), List.of());
            boolean isEarly = children.stream().anyMatch(child -> isAfter(child.endedAt(), task.endedAt()));
            boolean isMissing = children.size() < ChaosWork.CHILDREN;
            if (task.kind() == Kind.PARENT
                    && (children.size() > ChaosWork.CHILDREN || (task.isCompleted() && (isMissing || isEarly)))) {
                found(Promise.FAMILIES_WHOLE, task + " has " + children);
            }
        }
    }

    private static UUID parent(Task child) {
        UUID parent = child.parent();
        return parent == null ? child.id() : parent;
    }

    private static boolean isAfter(@Nullable Long moment, @Nullable Long other) {
        return moment == null || other == null || moment > other;
    }

    private void judgeKeys() {
        Map<String, Set<UUID>> holders = new HashMap<>();
        for (Acknowledged each : history.acknowledged()) {
            String key = each.key();
            if (key != null) {
                holders.computeIfAbsent(key, any -> new HashSet<>()).add(each.task());
            }
        }
        holders.forEach((key, ids) -> {
            if (ids.size() > 1) {
                found(Promise.KEYS_UNIQUE, key + " is held by " + ids);
            }
        });
    }

    /// The first few of what was found, for people.
    static String describe(Map<Promise, List<String>> broken) {
        return broken.entrySet().stream()
                .flatMap(entry -> entry.getValue().stream().limit(5).map(words -> entry.getKey() + ": " + words))
                .collect(Collectors.joining("\n"));
    }
}
