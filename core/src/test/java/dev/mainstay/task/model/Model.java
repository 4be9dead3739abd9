package dev.mainstay.task.model;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/// One state of the model: the rows of the database, and what each worker believes. Immutable: each
/// change makes a new one.
///
/// @param claims by token
/// @param sessions by number; true while they live
/// @param rescuing what a rescue has read and not yet written
/// @param held the tasks whose rows a transaction holds that is none of ours, for as long as it likes
/// @param wrong what went wrong on the way here, empty if nothing
record Model(
        List<Task> tasks,
        Set<Integer> ready,
        Map<Integer, Claim> claims,
        List<Boolean> sessions,
        List<Worker> workers,
        Set<Integer> rescuing,
        Set<Integer> held,
        int tokens,
        String wrong) {
    /// @param fence attempts that ended without ending it
    /// @param issued the highest fence an attempt was given
    record Task(boolean isOpen, int fence, int issued, int effects) {}

    record Claim(int session, Set<Integer> tasks) {}

    /// @param session -1 without one
    /// @param known the tokens it says it holds
    record Worker(int session, Set<Attempt> attempts, Set<Integer> known) {
        Worker with(Set<Attempt> newAttempts) {
            return new Worker(session, newAttempts, known);
        }

        Worker without(Attempt attempt) {
            Set<Attempt> left = new HashSet<>(attempts);
            left.remove(attempt);
            Set<Integer> knownLeft = new HashSet<>(known);
            if (left.stream().noneMatch(other -> other.token() == attempt.token())) {
                knownLeft.remove(attempt.token());
            }
            return new Worker(session, Set.copyOf(left), Set.copyOf(knownLeft));
        }
    }

    /// @param isChecked its transaction has looked, and holds what it looked at until it commits
    /// @param isRepeat it has committed once, and the answer was lost
    record Attempt(int task, int token, int fence, boolean isChecked, boolean isRepeat) {
        Attempt checked() {
            return new Attempt(task, token, fence, true, isRepeat);
        }

        Attempt repeated() {
            return new Attempt(task, token, fence, false, true);
        }
    }

    static Model start(int tasks, int workers) {
        List<Task> all = new ArrayList<>();
        Set<Integer> ready = new HashSet<>();
        for (int number = 0; number < tasks; number++) {
            all.add(new Task(true, 0, 0, 0));
            ready.add(number);
        }
        List<Worker> crew = new ArrayList<>();
        for (int number = 0; number < workers; number++) {
            crew.add(new Worker(-1, Set.of(), Set.of()));
        }
        return new Model(
                List.copyOf(all), Set.copyOf(ready), Map.of(), List.of(), List.copyOf(crew), Set.of(), Set.of(), 0, "");
    }

    boolean isOver() {
        return tasks.stream().noneMatch(Task::isOpen);
    }

    boolean lives(int session) {
        return session >= 0 && sessions.get(session);
    }

    /// Whether a transaction that completes a task of the claim is under way.
    boolean isLocked(int token) {
        return workers.stream()
                .flatMap(worker -> worker.attempts().stream())
                .anyMatch(attempt -> attempt.isChecked() && attempt.token() == token);
    }

    Model task(int number, UnaryOperator<Task> change) {
        List<Task> changed = new ArrayList<>(tasks);
        changed.set(number, change.apply(changed.get(number)));
        return new Model(List.copyOf(changed), ready, claims, sessions, workers, rescuing, held, tokens, wrong);
    }

    Model worker(int number, UnaryOperator<Worker> change) {
        List<Worker> changed = new ArrayList<>(workers);
        changed.set(number, change.apply(changed.get(number)));
        return new Model(tasks, ready, claims, sessions, List.copyOf(changed), rescuing, held, tokens, wrong);
    }

    Model ready(Set<Integer> newReady) {
        return new Model(tasks, Set.copyOf(newReady), claims, sessions, workers, rescuing, held, tokens, wrong);
    }

    Model alsoReady(int task) {
        Set<Integer> more = new HashSet<>(ready);
        more.add(task);
        return ready(more);
    }

    Model claim(int token, Claim claim) {
        Map<Integer, Claim> changed = new HashMap<>(claims);
        changed.put(token, claim);
        return new Model(
                tasks,
                ready,
                Map.copyOf(changed),
                sessions,
                workers,
                rescuing,
                held,
                Math.max(tokens, token + 1),
                wrong);
    }

    Model withoutClaim(int token) {
        Map<Integer, Claim> left = new HashMap<>(claims);
        left.remove(token);
        return new Model(tasks, ready, Map.copyOf(left), sessions, workers, rescuing, held, tokens, wrong);
    }

    Model sessions(List<Boolean> newSessions) {
        return new Model(tasks, ready, claims, List.copyOf(newSessions), workers, rescuing, held, tokens, wrong);
    }

    Model rescuing(Set<Integer> read) {
        return new Model(tasks, ready, claims, sessions, workers, Set.copyOf(read), held, tokens, wrong);
    }

    Model held(Set<Integer> newHeld) {
        return new Model(tasks, ready, claims, sessions, workers, rescuing, Set.copyOf(newHeld), tokens, wrong);
    }

    /// Whether a transaction that completes this task is under way.
    boolean isCompleting(int task) {
        return workers.stream()
                .flatMap(worker -> worker.attempts().stream())
                .anyMatch(attempt -> attempt.isChecked() && attempt.task() == task);
    }

    Model wrong(String what) {
        return wrong.isEmpty()
                ? new Model(tasks, ready, claims, sessions, workers, rescuing, held, tokens, what)
                : this;
    }
}
