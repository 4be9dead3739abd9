package dev.mainstay.task.model;

import dev.mainstay.task.model.LeaseModel.Step;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Visits every state that can be reached, breadth first, so that what it finds is told in as few steps as possible.
/// Used by one thread.
final class StateSearch {
    private final LeaseModel protocol;
    private final Map<Model, From> reached = new HashMap<>();
    private final Map<Model, List<Model>> before = new HashMap<>();

    private record From(@Nullable Model state, String step) {}

    /// @param found how it comes to what is wrong, step by step; empty when nothing is
    record Found(int states, List<String> found) {}

    private StateSearch(LeaseModel protocol) {
        this.protocol = protocol;
    }

    static Found search(Flaw flaw, int tasks, int workers, int sessions, int claims) {
        return new StateSearch(new LeaseModel(flaw, sessions, claims)).from(Model.start(tasks, workers));
    }

    private Found from(Model start) {
        Deque<Model> next = new ArrayDeque<>();
        reached.put(start, new From(null, "start"));
        next.add(start);
        while (!next.isEmpty()) {
            Model state = next.remove();
            String wrong = LeaseModel.wrongIn(state);
            if (wrong != null) {
                return new Found(reached.size(), way(state, wrong));
            }
            for (Step step : protocol.steps(state)) {
                if (!step.isFault()) {
                    before.computeIfAbsent(step.next(), any -> new ArrayList<>())
                            .add(state);
                }
                if (reached.putIfAbsent(step.next(), new From(state, step.name())) == null) {
                    next.add(step.next());
                }
            }
        }
        return stuck();
    }

    /// From every state all tasks can end without any further fault, where the bound of the search does not forbid it.
    private Found stuck() {
        Set<Model> ending = new HashSet<>();
        Deque<Model> next = new ArrayDeque<>();
        for (Model state : reached.keySet()) {
            if (state.isOver() || protocol.isAtBound(state)) {
                ending.add(state);
                next.add(state);
            }
        }
        while (!next.isEmpty()) {
            for (Model state : before.getOrDefault(next.remove(), List.of())) {
                if (ending.add(state)) {
                    next.add(state);
                }
            }
        }
        return reached.keySet().stream()
                .filter(state -> !ending.contains(state))
                .map(state -> new Found(reached.size(), way(state, "a task never ends from here on")))
                .min((one, other) ->
                        Integer.compare(one.found().size(), other.found().size()))
                .orElse(new Found(reached.size(), List.of()));
    }

    private List<String> way(Model end, String wrong) {
        List<String> way = new ArrayList<>(List.of(wrong));
        Model state = end;
        while (state != null) {
            From from = reached.getOrDefault(state, new From(null, "start"));
            way.addFirst(from.step());
            state = from.state();
        }
        return way;
    }
}
