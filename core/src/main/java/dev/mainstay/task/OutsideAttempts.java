package dev.mainstay.task;

import dev.mainstay.MainstayException;
import dev.mainstay.postgres.Database;
import dev.mainstay.postgres.Signals;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What a worker outside says about the tasks it holds. Each call is one transaction that begins by locking the lease,
/// and throws with `LEASE_LOST` when it is over, another's, or of another attempt, or with `TASK_BUSY` when the task is
/// held by somebody's open transaction. Thread-safe.
public final class OutsideAttempts {
    private static final Logger LOG = LoggerFactory.getLogger(OutsideAttempts.class);

    /// How long many completions wait together for whoever holds a row of one of them.
    private static final Duration TOGETHER = Duration.ofMillis(100);

    private final Database database;
    private final Signals signals;
    private final TaskTally tally;
    private final OutsideEndings endings = new OutsideEndings(RandomGenerator.getDefault());
    private final OutsideCompletions completions = new OutsideCompletions();
    private final OutsideRenewals renewals = new OutsideRenewals();
    private final OutsideStepStore steps = new OutsideStepStore(endings);

    OutsideAttempts(Database database, Signals signals, TaskTally tally) {
        this.database = database;
        this.signals = signals;
        this.tally = tally;
    }

    /// The lease of all tasks that were claimed together holds for `lease` from now on.
    public OutsideRenewal renew(OutsideLease of, Duration lease) {
        OutsideAsk.requireLease(lease);
        return holding(of, (handle, held) -> renewals.renew(handle, held, lease));
    }

    /// Shown with an estimate of when it will be done.
    ///
    /// @param fraction how far it is, from 0 to 1
    /// @param lease renewed too, where one is given
    public OutsideRenewal progress(
            OutsideLease of, double fraction, @Nullable String message, @Nullable Duration lease) {
        RunningTask.requireFraction(fraction);
        return holding(of, (handle, held) -> {
            renewals.progress(handle, held, fraction, message);
            return renewals.renew(handle, held, lease);
        });
    }

    /// Keeps the result of a step, once.
    public OutsideStep step(OutsideLease of, int position, String name, @Nullable Object result) {
        String json = Payload.nullableText("the result of step " + name, result);
        return holding(of, (handle, held) -> steps.step(handle, held, position, name, json));
    }

    /// The task goes on after `duration`, in another attempt.
    public OutsideStep sleep(OutsideLease of, int position, String name, Duration duration) {
        return waiting(of, (handle, held) -> steps.sleep(handle, held, position, name, duration));
    }

    /// The task goes on once it was sent a signal, or a person has decided.
    ///
    /// @param atMost null to wait as long as it takes
    public OutsideStep await(
            OutsideLease of, int position, String name, boolean isApproval, @Nullable Duration atMost) {
        String kind = isApproval ? "approval" : "signal";
        return await(of, position, new StepStore.Wait(kind, name, List.of(), 1, atMost));
    }

    /// The task goes on once all or one of its children have ended.
    public OutsideStep awaitChildren(OutsideLease of, int position, String name, List<UUID> children, boolean isAll) {
        List<UUID> distinct = children.stream().distinct().toList();
        int enough = isAll ? distinct.size() : Math.min(1, distinct.size());
        return await(of, position, new StepStore.Wait("children", name, distinct, enough, null));
    }

    private OutsideStep await(OutsideLease of, int position, StepStore.Wait wait) {
        try {
            return waiting(of, (handle, held) -> steps.await(handle, held, position, wait));
        } catch (JdbiException e) {
            throw StepStore.isLost(e) ? OutsideHold.lost(of) : e;
        }
    }

    /// Ends tasks with success: one transaction, but each by itself. In the order given, empty where the lease was
    /// lost, busy where somebody's transaction holds the task.
    ///
    /// What this very attempt has completed with this very result is answered so again.
    public List<Optional<OutsideEnd>> complete(UUID organization, List<OutsideCompletion> all) {
        Completed completed = completed(organization, all);
        List<OutsideCompletions.Done> accepted = completed.accepted();
        for (OutsideCompletions.Done done : accepted) {
            tally.ended(organization, done.queue(), done.type(), Ending.COMPLETED, done.took());
        }
        if (accepted.stream().anyMatch(OutsideCompletions.Done::isAwaited)) {
            signals.notify(TaskTopics.CLAIMABLE);
        }
        if (accepted.stream().anyMatch(OutsideCompletions.Done::isLimited)) {
            signals.notify(TaskTopics.ROOM);
        }
        return IntStream.range(0, all.size()).mapToObj(completed::end).toList();
    }

    /// All at once, or each for itself when somebody holds up one of them.
    private Completed completed(UUID organization, List<OutsideCompletion> all) {
        try {
            return database.api(organization)
                    .tryWrite(TOGETHER, handle -> completed(handle, organization, all, completions::complete));
        } catch (RuntimeException e) {
            if (!Database.isConflict(e)) {
                throw e;
            }
        }
        return BoundedWrite.of(
                database.api(organization), handle -> completed(handle, organization, all, completions::tryComplete));
    }

    private interface Completing {
        List<OutsideCompletions.Done> run(Handle handle, UUID organization, List<OutsideCompletion> all);
    }

    private Completed completed(Handle handle, UUID organization, List<OutsideCompletion> all, Completing completing) {
        List<OutsideCompletions.Done> done = completing.run(handle, organization, all);
        boolean isAll =
                done.stream().filter(OutsideCompletions.Done::isAccepted).count() == all.size();
        return new Completed(done, isAll ? Set.of() : completions.completedBefore(handle, organization, all));
    }

    private record Completed(List<OutsideCompletions.Done> now, Set<Integer> before) {
        List<OutsideCompletions.Done> accepted() {
            return now.stream().filter(OutsideCompletions.Done::isAccepted).toList();
        }

        private Stream<OutsideCompletions.Done> at(int place) {
            return now.stream().filter(done -> done.place() == place);
        }

        Optional<OutsideEnd> end(int place) {
            if (at(place).anyMatch(OutsideCompletions.Done::isAccepted)) {
                return Optional.of(OutsideEnd.COMPLETED);
            }
            if (before.contains(place)) {
                return Optional.of(OutsideEnd.COMPLETED_BEFORE);
            }
            return at(place).anyMatch(OutsideCompletions.Done::isBusy)
                    ? Optional.of(OutsideEnd.BUSY)
                    : Optional.empty();
        }
    }

    /// The same for one.
    public OutsideEnd complete(OutsideCompletion one) {
        OutsideEnd end = complete(one.lease().organization(), List.of(one))
                .getFirst()
                .orElseThrow(() -> OutsideHold.lost(one.lease()));
        if (end.isBusy()) {
            throw BoundedWrite.busy();
        }
        return end;
    }

    /// It failed.
    ///
    /// @param isRetryable false when no retry can mend it
    /// @param after when it is tried again; by the usual policy when null
    public OutsideEnd fail(OutsideLease of, String error, boolean isRetryable, @Nullable Duration after) {
        return ending(of, (handle, held) -> endings.fail(handle, held, error, isRetryable, after));
    }

    /// Not now: again after a while, and no failure.
    public OutsideEnd snooze(OutsideLease of, Duration after) {
        return ending(of, (handle, held) -> endings.end(handle, held, "snoozed", "snoozed", after));
    }

    /// Another worker may have it at once.
    public OutsideEnd release(OutsideLease of) {
        return release(of, "released by its worker");
    }

    /// Tasks whose claim never reached its worker.
    public void giveBack(UUID organization, List<OutsideTask> tasks) {
        for (OutsideTask task : tasks) {
            try {
                release(OutsideLease.of(organization, task), "its worker had gone before it heard of it");
            } catch (MainstayException e) {
                // Of a lease that is over by now the upkeep takes care.
                LOG.atWarn().addKeyValue("task", task.id()).log("could not be given back: {}", e.getMessage());
            }
        }
    }

    private OutsideEnd release(OutsideLease of, String why) {
        return ending(of, (handle, held) -> endings.end(handle, held, "released", why, null));
    }

    private <R> R holding(OutsideLease of, BiFunction<Handle, OutsideHold, R> work) {
        return BoundedWrite.of(
                database.api(of.organization()), handle -> work.apply(handle, OutsideHold.of(handle, of)));
    }

    private record Told<R>(OutsideHold held, R result) {}

    private <R> Told<R> telling(OutsideLease of, BiFunction<Handle, OutsideHold, R> work) {
        return holding(of, (handle, held) -> new Told<>(held, work.apply(handle, held)));
    }

    private OutsideEnd ending(OutsideLease of, BiFunction<Handle, OutsideHold, OutsideEnd> work) {
        Told<OutsideEnd> told = telling(of, work);
        ended(told.held(), told.result().outcome());
        return told.result();
    }

    private OutsideStep waiting(OutsideLease of, BiFunction<Handle, OutsideHold, OutsideStep> work) {
        Told<OutsideStep> told = telling(of, work);
        switch (told.result()) {
            case OutsideStep.Waiting waiting -> ended(told.held(), waiting.outcome());
            case OutsideStep.Ended ended -> ended(told.held(), ended.end().outcome());
            case OutsideStep.Done done -> {}
        }
        return told.result();
    }

    private void ended(OutsideHold held, String outcome) {
        tally.ended(held.lease().organization(), held.queue(), held.type(), outcome, held.took());
        signals.notify(TaskTopics.CLAIMABLE);
    }
}
