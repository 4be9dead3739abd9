package dev.mainstay.task.model;

import dev.mainstay.task.model.Model.Attempt;
import dev.mainstay.task.model.Model.Claim;
import dev.mainstay.task.model.Model.Task;
import dev.mainstay.task.model.Model.Worker;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The steps of the lease protocol, with a flaw or none. Immutable.
final class LeaseModel {
    private final Flaw flaw;
    private final int mostSessions;
    private final int mostClaims;

    /// Beyond so many sessions and claims nothing new begins, so that there is an end of states.
    LeaseModel(Flaw flaw, int mostSessions, int mostClaims) {
        this.flaw = flaw;
        this.mostSessions = mostSessions;
        this.mostClaims = mostClaims;
    }

    /// A step to another state.
    ///
    /// @param isFault what nobody wants: a crash, a lease that ends, an answer that is lost
    record Step(String name, boolean isFault, Model next) {}

    boolean isAtBound(Model model) {
        return model.sessions().size() >= mostSessions || model.tokens() >= mostClaims;
    }

    List<Step> steps(Model model) {
        List<Step> steps = new ArrayList<>();
        for (int number = 0; number < model.sessions().size(); number++) {
            if (model.lives(number)) {
                steps.add(new Step("session " + number + " expires", true, ended(model, number)));
            }
        }
        for (int number = 0; number < model.workers().size(); number++) {
            addWorker(steps, model, number, model.workers().get(number));
        }
        addRescues(steps, model);
        for (int number = 0; number < model.tasks().size(); number++) {
            addStranger(steps, model, number);
        }
        return steps;
    }

    /// A transaction that enqueues something behind a task holds its row, and nobody waits for it.
    private static void addStranger(List<Step> steps, Model model, int task) {
        Set<Integer> held = new HashSet<>(model.held());
        if (held.remove(task)) {
            steps.add(new Step("a stranger lets go of task " + task, false, model.held(held)));
        } else if (model.tasks().get(task).isOpen() && !model.isCompleting(task)) {
            held.add(task);
            steps.add(new Step("a stranger holds task " + task, true, model.held(held)));
        }
    }

    private static Model ended(Model model, int session) {
        List<Boolean> sessions = new ArrayList<>(model.sessions());
        sessions.set(session, false);
        return model.sessions(sessions);
    }

    private void addWorker(List<Step> steps, Model model, int number, Worker worker) {
        String name = "worker " + number;
        if (worker.session() >= 0) {
            steps.add(new Step(name + " dies", true, fresh(model, number, Set.of())));
            if (!model.lives(worker.session())) {
                steps.add(new Step(name + " is fenced", false, fresh(model, number, worker.attempts())));
            }
        } else if (model.sessions().size() < mostSessions) {
            steps.add(new Step(name + " joins", false, joined(model, number)));
        }
        addClaims(steps, model, number, worker);
        addForgotten(steps, model, worker);
        worker.attempts().forEach(attempt -> addAttempt(steps, model, number, attempt));
    }

    /// A fenced worker cannot take back what its handlers are about to send, a dead one sends nothing.
    private static Model fresh(Model model, int number, Set<Attempt> attempts) {
        return model.worker(number, worker -> new Worker(-1, attempts, Set.of()));
    }

    private static Model joined(Model model, int number) {
        List<Boolean> sessions = new ArrayList<>(model.sessions());
        sessions.add(true);
        int session = sessions.size() - 1;
        return model.sessions(sessions)
                .worker(number, worker -> new Worker(session, worker.attempts(), worker.known()));
    }

    private void addClaims(List<Step> steps, Model model, int number, Worker worker) {
        boolean mayClaim = model.lives(worker.session()) && model.tokens() < mostClaims;
        Set<Integer> claimable = flaw == Flaw.CLAIM_WITHOUT_LOCK ? openUnlocked(model) : model.ready();
        if (mayClaim && !claimable.isEmpty()) {
            Model claimed = claimed(model, worker.session(), claimable);
            steps.add(new Step("worker " + number + " claims", false, begun(claimed, number, model, claimable)));
            steps.add(new Step("a claim of worker " + number + " is not answered", true, claimed));
        }
    }

    /// What a worker may take that read before another one took it.
    private static Set<Integer> openUnlocked(Model model) {
        Set<Integer> tasks = new HashSet<>(model.ready());
        model.claims().values().forEach(claim -> tasks.addAll(claim.tasks()));
        tasks.removeIf(task -> !model.tasks().get(task).isOpen());
        return tasks;
    }

    private static Model claimed(Model model, int session, Set<Integer> taken) {
        Set<Integer> left = new HashSet<>(model.ready());
        left.removeAll(taken);
        return model.claim(model.tokens(), new Claim(session, Set.copyOf(taken)))
                .ready(left);
    }

    private static Model begun(Model claimed, int number, Model before, Set<Integer> taken) {
        Model begun = claimed;
        Set<Attempt> attempts = new HashSet<>(before.workers().get(number).attempts());
        for (int task : taken) {
            Task row = begun.tasks().get(task);
            int fence = row.fence() + 1;
            if (fence <= row.issued()) {
                begun = begun.wrong("fence " + fence + " of task " + task + " is given twice");
            }
            attempts.add(new Attempt(task, before.tokens(), fence, false, false));
            begun = begun.task(task, old -> new Task(old.isOpen(), old.fence(), fence, old.effects()));
        }
        Set<Integer> known = new HashSet<>(before.workers().get(number).known());
        known.add(before.tokens());
        return begun.worker(number, worker -> new Worker(worker.session(), Set.copyOf(attempts), Set.copyOf(known)));
    }

    private void addForgotten(List<Step> steps, Model model, Worker worker) {
        for (Map.Entry<Integer, Claim> claim : model.claims().entrySet()) {
            boolean isMine = model.lives(worker.session()) && claim.getValue().session() == worker.session();
            if (isMine && !worker.known().contains(claim.getKey()) && flaw != Flaw.FORGOTTEN_STAYS) {
                steps.add(new Step("claim " + claim.getKey() + " is given back", false, freed(model, claim.getKey())));
            }
        }
    }

    private void addAttempt(List<Step> steps, Model model, int number, Attempt attempt) {
        String name = "worker " + number + " with fence " + attempt.fence() + " of task " + attempt.task();
        if (attempt.isChecked()) {
            Model done = committed(model, attempt);
            steps.add(new Step(name + " commits", false, done.worker(number, worker -> worker.without(attempt))));
            steps.add(new Step(name + " commits unheard", true, unheard(done, number, attempt)));
            return;
        }
        if (isAccepted(model, attempt)) {
            if (model.held().contains(attempt.task())) {
                return;
            }
            steps.add(new Step(name + " completes", false, checked(model, number, attempt)));
        } else {
            steps.add(new Step(name + " is refused", false, model.worker(number, worker -> worker.without(attempt))));
        }
        if (isHeld(model, attempt) && isCurrent(model, attempt)) {
            steps.add(new Step(name + " fails", false, failed(model, number, attempt)));
        }
        if (flaw == Flaw.DOUBT_WITHOUT_FENCING) {
            steps.add(new Step(name + " is let go", true, model.worker(number, worker -> letGo(worker, attempt))));
        }
    }

    private static Worker letGo(Worker worker, Attempt attempt) {
        Set<Attempt> left = new HashSet<>(worker.attempts());
        left.remove(attempt);
        return worker.with(Set.copyOf(left));
    }

    private static Model unheard(Model model, int number, Attempt attempt) {
        return unheardBefore(model, number, attempt, attempt.repeated());
    }

    private static Model unheardBefore(Model model, int number, Attempt attempt, Attempt instead) {
        return model.worker(number, worker -> {
            Set<Attempt> attempts = new HashSet<>(letGo(worker, attempt).attempts());
            attempts.add(instead);
            return worker.with(Set.copyOf(attempts));
        });
    }

    private static Model checked(Model model, int number, Attempt attempt) {
        Claim claim = model.claims().get(attempt.token());
        Model checked = unheardBefore(model, number, attempt, attempt.checked());
        return claim == null || model.lives(claim.session())
                ? checked
                : checked.wrong("a session that had ended completes task " + attempt.task());
    }

    private boolean isAccepted(Model model, Attempt attempt) {
        boolean isOpen = model.tasks().get(attempt.task()).isOpen();
        return switch (flaw) {
            case NO_GUARD -> isOpen;
            case BLIND_REPEAT -> attempt.isRepeat() || (isHeld(model, attempt) && isCurrent(model, attempt));
            case COMPLETED_AFTER_EXPIRY -> model.claims().containsKey(attempt.token()) && isCurrent(model, attempt);
            default -> isHeld(model, attempt) && isCurrent(model, attempt);
        };
    }

    private static boolean isHeld(Model model, Attempt attempt) {
        Claim claim = model.claims().get(attempt.token());
        return claim != null && model.lives(claim.session()) && claim.tasks().contains(attempt.task());
    }

    private static boolean isCurrent(Model model, Attempt attempt) {
        Task task = model.tasks().get(attempt.task());
        return task.isOpen() && task.fence() == attempt.fence() - 1;
    }

    /// What was checked is written, whatever happened in between: only the lock keeps others from coming between.
    private static Model committed(Model model, Attempt attempt) {
        Task task = model.tasks().get(attempt.task());
        Model done = model.task(attempt.task(), old -> new Task(false, old.fence(), old.issued(), old.effects() + 1));
        if (task.effects() > 0) {
            done = done.wrong("task " + attempt.task() + " has two effects");
        }
        if (attempt.fence() < task.issued()) {
            done = done.wrong("fence " + attempt.fence() + " was written after fence " + task.issued() + " began");
        }
        Claim claim = model.claims().get(attempt.token());
        boolean isLast = claim != null
                && claim.tasks().stream()
                        .noneMatch(other -> other != attempt.task()
                                && model.tasks().get(other).isOpen());
        return isLast ? done.withoutClaim(attempt.token()) : done;
    }

    private Model failed(Model model, int number, Attempt attempt) {
        Model again = removed(model, attempt.token(), attempt.task())
                .task(attempt.task(), this::raised)
                .alsoReady(attempt.task());
        return again.worker(number, worker -> worker.without(attempt));
    }

    private Task raised(Task task) {
        int fence = flaw == Flaw.FENCE_STARTS_AGAIN ? 0 : task.fence() + 1;
        return new Task(task.isOpen(), fence, task.issued(), task.effects());
    }

    private static Model removed(Model model, int token, int task) {
        Claim claim = model.claims().get(token);
        if (claim == null) {
            return model;
        }
        Set<Integer> left = new HashSet<>(claim.tasks());
        left.remove(task);
        return left.isEmpty()
                ? model.withoutClaim(token)
                : model.claim(token, new Claim(claim.session(), Set.copyOf(left)));
    }

    private void addRescues(List<Step> steps, Model model) {
        for (Map.Entry<Integer, Claim> claim : model.claims().entrySet()) {
            boolean isFree = !model.isLocked(claim.getKey())
                    || flaw == Flaw.NO_LOCK_WHILE_COMPLETING
                    || flaw == Flaw.RESCUE_READS_FIRST;
            if (!model.lives(claim.getValue().session()) && isFree) {
                String name = "claim " + claim.getKey() + " is rescued";
                steps.add(new Step(name, false, rescued(model, claim.getKey(), claim.getValue())));
            }
        }
        if (!model.rescuing().isEmpty()) {
            steps.add(new Step("a rescue writes what it has read", false, written(model)));
        }
    }

    private Model rescued(Model model, int token, Claim claim) {
        if (flaw != Flaw.RESCUE_READS_FIRST) {
            return freed(model, token);
        }
        Set<Integer> read = new HashSet<>(claim.tasks());
        read.removeIf(task -> !model.tasks().get(task).isOpen());
        return model.withoutClaim(token).rescuing(read);
    }

    private Model written(Model model) {
        Model next = model.rescuing(Set.of());
        for (int task : model.rescuing()) {
            next = next.task(task, old -> new Task(true, old.fence() + 1, old.issued(), old.effects()))
                    .alsoReady(task);
        }
        return next;
    }

    private Model freed(Model model, int token) {
        Claim claim = model.claims().get(token);
        Model next = flaw == Flaw.RESCUE_KEEPS_CLAIM ? model : passedBy(model, token);
        for (int task : claim == null ? Set.<Integer>of() : claim.tasks()) {
            if (model.tasks().get(task).isOpen() && !model.held().contains(task)) {
                next = next.task(task, this::rescuedFence).alsoReady(task);
            }
        }
        return next;
    }

    /// What a stranger holds stays in the claim until the next time.
    private Model passedBy(Model model, int token) {
        Claim claim = model.claims().get(token);
        if (claim == null || flaw == Flaw.RESCUE_DROPS_HELD) {
            return model.withoutClaim(token);
        }
        Set<Integer> left = new HashSet<>(claim.tasks());
        left.removeIf(task -> !model.tasks().get(task).isOpen() || !model.held().contains(task));
        return left.isEmpty()
                ? model.withoutClaim(token)
                : model.claim(token, new Claim(claim.session(), Set.copyOf(left)));
    }

    private Task rescuedFence(Task task) {
        return flaw == Flaw.RESCUE_KEEPS_FENCE
                ? task
                : new Task(task.isOpen(), task.fence() + 1, task.issued(), task.effects());
    }

    /// What must hold in every state; null when it does.
    static @Nullable String wrongIn(Model model) {
        if (!model.wrong().isEmpty()) {
            return model.wrong();
        }
        for (int number = 0; number < model.tasks().size(); number++) {
            int task = number;
            long places = model.claims().values().stream()
                            .filter(claim -> claim.tasks().contains(task))
                            .count()
                    + (model.ready().contains(task) ? 1 : 0)
                    + (model.rescuing().contains(task) ? 1 : 0);
            if (model.tasks().get(task).isOpen() && places != 1) {
                return "task " + task + " is open and in " + places + " places";
            }
        }
        return null;
    }
}
