package dev.mainstay.task;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import dev.mainstay.concurrent.Threads;
import dev.mainstay.concurrent.TimerWheel;
import dev.mainstay.postgres.StorableText;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One attempt at a task on a virtual thread. It ends once: by its handler, by its deadline, or by losing the lease,
/// whichever comes first; what comes later is ignored. Thread-safe.
final class RunningTask implements TaskContext {
    private static final Logger LOG = LoggerFactory.getLogger("dev.mainstay.task");
    private static final Duration TO_END = Duration.ofSeconds(2);
    private static final Duration TO_CANCEL = Duration.ofSeconds(5);
    private static final int LONGEST_ERROR = 4_000;

    private final ClaimedTask task;
    private final Worker<?> worker;
    private final TaskHost host;
    private final Instant startedAt;
    private final Steps steps;
    private final TimerWheel.Timer deadline = new TimerWheel.Timer(this::overdue);
    private final AtomicBoolean hasEnded = new AtomicBoolean();
    private volatile @Nullable Thread thread;
    private volatile boolean isCancelled;
    private volatile boolean isOverdue;
    private volatile boolean isCompletedByHandler;
    private volatile @Nullable Ending suspension;
    private volatile @Nullable String cancelReason;
    private volatile @Nullable Progress progress;

    record Progress(
            UUID organization,
            UUID id,
            long fence,
            double fraction,
            @Nullable String message) {}

    RunningTask(ClaimedTask task, Worker<?> worker, TaskHost host) {
        this.task = task;
        this.worker = worker;
        this.host = host;
        this.startedAt = host.clock().instant();
        this.steps = new StepLog(task, host.services(), startedAt, ending -> suspension = ending);
    }

    /// When it throws, nothing has begun.
    void start() {
        host.schedule(deadline, worker.type().deadline());
        boolean isStarted = false;
        worker.started();
        try {
            thread = Threads.startVirtual("mainstay-task", this::run);
            isStarted = true;
        } finally {
            if (!isStarted) {
                worker.lost();
                host.cancel(deadline);
            }
        }
    }

    private void run() {
        if (!host.holds(task.claim())) {
            end(null);
            return;
        }
        Ending ending;
        try {
            ending = ending(worker.handle(task.payload(), this));
        } catch (Suspended e) {
            ending = Ending.awaiting(task, startedAt);
        } catch (NotRetryableException e) {
            ending = ending("dead", error(e));
        } catch (Throwable e) {
            ending = isTooLarge(e) ? ending("dead", error(e)) : failed(error(e), null);
        }
        // Also when the handler swallowed what should have taken it here.
        Ending wait = suspension;
        end(wait == null ? ending : wait);
    }

    /// What is too large to be kept will be so the next time, too.
    private static boolean isTooLarge(Throwable failure) {
        return failure instanceof MainstayException known && known.code() == ErrorCode.PAYLOAD_TOO_LARGE;
    }

    private Ending ending(Outcome outcome) {
        if (isCompletedByHandler) {
            Ending rolledBack = failed("the transaction that completed it was rolled back", null);
            return new Ending(task, Ending.CONFIRMED, null, Duration.ZERO, startedAt, rolledBack);
        }
        return switch (outcome) {
            case Outcome.Completed completed -> completed(completed.result());
            case Outcome.Retry retry -> failed(storable(retry.error()), retry.after());
            case Outcome.Snoozed snoozed -> new Ending(task, "snoozed", "snoozed", snoozed.after(), startedAt);
            case Outcome.Discarded discarded -> ending("dead", storable(discarded.reason()));
        };
    }

    private Ending completed(@Nullable Object result) {
        return new Ending(task, Ending.COMPLETED, Payload.nullableText("result", result), Duration.ZERO, startedAt);
    }

    private Ending failed(String error, @Nullable Duration after) {
        String reason = cancelReason;
        if (reason != null) {
            return ending("cancelled", reason);
        }
        int failures = task.failures() + 1;
        Integer own = task.maxAttempts();
        RetryPolicy policy =
                own == null ? worker.type().retry() : worker.type().retry().withAttempts(own);
        if (!policy.allowsAnother(failures)) {
            return ending("dead", "failed " + failures + " times, the last time: " + error);
        }
        Duration wait = after == null ? policy.after(failures, host.random()) : after;
        return new Ending(task, isOverdue ? "timed out" : "failed", error, wait, startedAt);
    }

    private Ending ending(String outcome, String why) {
        return new Ending(task, outcome, why, Duration.ZERO, startedAt);
    }

    private static String error(Throwable failure) {
        return storable(failure.toString());
    }

    private static String storable(String error) {
        return StorableText.of(error, LONGEST_ERROR);
    }

    private boolean end(@Nullable Ending ending) {
        boolean isFirst = hasEnded.compareAndSet(false, true);
        if (isFirst) {
            host.cancel(deadline);
            tellWorker(ending);
            host.ended(this, ending);
        }
        return isFirst;
    }

    private void tellWorker(@Nullable Ending ending) {
        if (ending == null) {
            worker.lost();
        } else {
            worker.ended(Duration.between(startedAt, host.clock().instant()), ending.failure());
        }
    }

    /// First interrupted; abandoned when that does not end it.
    private void overdue() {
        if (isOverdue) {
            LOG.atWarn()
                    .addKeyValue("task", task.id())
                    .log("abandoned: it did not end when it was interrupted after its deadline");
            end(failed("did not end within its deadline of " + worker.type().deadline(), null));
            return;
        }
        isOverdue = true;
        isCancelled = true;
        interrupt();
        host.schedule(deadline, TO_END);
    }

    /// A person wants it ended.
    void cancel(String reason) {
        if (cancelReason == null) {
            cancelReason = reason;
            isCancelled = true;
            host.schedule(new TimerWheel.Timer(this::interrupt), TO_CANCEL);
        }
    }

    /// Its worker, if it is this one, has stopped: the task runs again elsewhere, and what it does from
    /// now on does not count.
    void giveBackOf(Worker<?> stopped) {
        if (worker == stopped) {
            cutShort(Ending.released(task, "its worker has stopped", startedAt));
        }
    }

    /// Nothing it does from now on counts.
    void drop() {
        cutShort(null);
    }

    /// Ended before it is interrupted, so that the interruption is not taken for a failure.
    private void cutShort(@Nullable Ending ending) {
        isCancelled = true;
        if (end(ending)) {
            interruptThread();
        }
    }

    private void interrupt() {
        if (!hasEnded.get()) {
            interruptThread();
        }
    }

    private void interruptThread() {
        Thread running = thread;
        if (running != null) {
            running.interrupt();
        }
    }

    ClaimedTask task() {
        return task;
    }

    Instant startedAt() {
        return startedAt;
    }

    @Nullable
    Progress takeProgress() {
        Progress taken = progress;
        progress = null;
        return taken;
    }

    @Override
    public UUID id() {
        return task.id();
    }

    @Override
    public UUID organization() {
        return task.organization();
    }

    @Override
    public String type() {
        return worker.type().name();
    }

    @Override
    public long attempt() {
        return task.fence();
    }

    @Override
    public int failures() {
        return task.failures();
    }

    @Override
    public Instant deadline() {
        return startedAt.plus(worker.type().deadline());
    }

    @Override
    public InstantSource clock() {
        return host.clock();
    }

    @Override
    public Logger log() {
        return LOG;
    }

    @Override
    public boolean isCancelled() {
        return isCancelled;
    }

    @Override
    public void progress(double fraction, @Nullable String message) {
        requireFraction(fraction);
        String told = message == null ? null : StorableText.of(message, LONGEST_ERROR);
        progress = new Progress(task.organization(), task.id(), task.fence(), fraction, told);
    }

    static void requireFraction(double fraction) {
        if (!(fraction >= 0 && fraction <= 1)) {
            throw new IllegalArgumentException("progress must be from 0 to 1, was " + fraction);
        }
    }

    @Override
    public void complete(Connection connection, @Nullable Object result) throws SQLException {
        if (!host.complete(
                connection,
                new Ending(task, Ending.COMPLETED, Payload.nullableText("result", result), Duration.ZERO, startedAt))) {
            isCancelled = true;
            throw new MainstayException(
                    ErrorCode.LEASE_LOST,
                    "task " + task.id() + " is no longer held by this attempt; nothing was changed, roll back");
        }
        isCompletedByHandler = true;
    }

    @Override
    public <T> T step(String name, Class<T> type, Callable<T> work) throws Exception {
        return steps.step(name, type, work);
    }

    @Override
    public void step(String name, Work work) throws Exception {
        steps.step(name, work);
    }

    @Override
    public void sleep(String name, Duration duration) {
        steps.sleep(name, duration);
    }

    @Override
    public <T> T await(String signal, Class<T> type) {
        return steps.await(signal, type);
    }

    @Override
    public <T> Optional<T> await(String signal, Class<T> type, Duration atMost) {
        return steps.await(signal, type, atMost);
    }

    @Override
    public Approval approval(String name) {
        return steps.approval(name);
    }

    @Override
    public List<UUID> enqueue(String name, List<NewTask> children) {
        return steps.enqueue(name, children);
    }

    @Override
    public List<Child> awaitAll(String name, List<UUID> children) {
        return steps.awaitAll(name, children);
    }

    @Override
    public List<Child> awaitAny(String name, List<UUID> children) {
        return steps.awaitAny(name, children);
    }
}
