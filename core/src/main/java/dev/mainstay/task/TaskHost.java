package dev.mainstay.task;

import dev.mainstay.Resident;
import dev.mainstay.concurrent.MonotonicClock;
import dev.mainstay.concurrent.Threads;
import dev.mainstay.concurrent.TimerWheel;
import dev.mainstay.postgres.Database;
import dev.mainstay.telemetry.Telemetry;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Works on tasks on one node: the claimer brings them in, each runs on a virtual thread, the completer stores how they
/// ended. Everything claimed runs at once, so that what a crash hits is what was running; the next batch is
/// claimed while the ends of the last are being stored. Thread-safe.
public final class TaskHost implements Resident {
    private static final Logger LOG = LoggerFactory.getLogger(TaskHost.class);
    /// A second less than tasks_forgotten gives a node to hear of its claim.
    private static final Duration TO_HEAR = Duration.ofSeconds(2);

    private static final Duration SUSPICION = Duration.ofSeconds(5);

    private final Workers workers;
    private final Slots slots;
    private final TimerWheel wheel;
    private final MonotonicClock monotonic;
    private final InstantSource clock;
    private final Telemetry telemetry;
    private final Consumer<String> told;
    private final CompletionStore completions;
    private final Completer completer;
    private final StepStore stepStore;
    private final StepWriter stepWriter;
    private final TaskStore store;
    private final StepServices services = new Services();
    private final Claimer claimer;
    private final Enqueuer enqueuer;
    private final TaskTally tally = new TaskTally();
    private final Map<UUID, RunningTask> running = new ConcurrentHashMap<>();
    private final Set<UUID> tokens = ConcurrentHashMap.newKeySet();
    private final RandomGenerator random = RandomGenerator.getDefault();
    private volatile @Nullable UUID session;
    private volatile boolean stopping;
    private volatile BooleanSupplier trusted = () -> true;
    private volatile Runnable typesChanged = () -> {};
    private volatile long suspectUntil = Long.MIN_VALUE;

    /// What a host needs; all of it is shared with the rest of the node.
    ///
    /// @param capacity how many tasks run at once on this node
    /// @param told tells the other nodes one of [TaskTopics]
    public record Builder(
            String node,
            Workers workers,
            int capacity,
            Database database,
            TimerWheel wheel,
            MonotonicClock monotonic,
            InstantSource clock,
            Telemetry telemetry,
            Consumer<String> told) {
        public TaskHost start() {
            return new TaskHost(this);
        }
    }

    private TaskHost(Builder builder) {
        workers = builder.workers;
        slots = new Slots(builder.capacity);
        wheel = builder.wheel;
        monotonic = builder.monotonic;
        clock = builder.clock;
        telemetry = builder.telemetry;
        told = builder.told;
        completions = new CompletionStore(builder.database, builder.node);
        completer = new Completer(completions, this::session, monotonic, this::stored);
        stepStore = new StepStore(builder.database);
        stepWriter = new StepWriter(stepStore, this::session);
        store = new TaskStore(builder.database, clock);
        ClaimStore claims = new ClaimStore(builder.database, builder.node);
        claimer = new Claimer(claims, new LaneStore(builder.database), this, monotonic);
        enqueuer = new Enqueuer(new ArrivalStore(builder.database, builder.node), this, monotonic);
    }

    /// Asks `newTrusted` before each write whether the node can prove that it owns what it runs.
    public void trustedBy(BooleanSupplier newTrusted) {
        trusted = newTrusted;
    }

    @Override
    public void joined(UUID newSession) {
        tokens.clear();
        session = newSession;
        claimer.hintAll();
    }

    @Override
    public void fenced() {
        session = null;
        running.values().forEach(RunningTask::drop);
    }

    /// Claims nothing more, lets what runs end within `bound`, and gives the rest back.
    @Override
    public void stop(Duration bound) {
        stopping = true;
        long giveUp = monotonic.nanos() + bound.toNanos();
        while (slots.held() > 0 && monotonic.nanos() < giveUp && Threads.pause(Duration.ofMillis(5))) {
            claimer.wake();
        }
        if (slots.held() > 0) {
            LOG.atWarn().log("{} tasks did not end in time; they run again elsewhere", slots.held());
        }
        running.values().forEach(RunningTask::drop);
        claimer.close();
        enqueuer.close();
        completer.close();
        stepWriter.close();
    }

    /// Something became claimable in one lane.
    void hint(int lane, Priority priority) {
        claimer.hint(lane, priority);
    }

    /// Something may have become claimable.
    public void hintAll() {
        claimer.hintAll();
    }

    /// In a queue with limits something may start again.
    public void hintLimited() {
        claimer.hintLimited();
    }

    /// Tells the other nodes that something may have become claimable.
    void moreClaimable() {
        told.accept(TaskTopics.CLAIMABLE);
    }

    /// A transaction that is not ours enqueued something and will commit, or not.
    void expect() {
        claimer.expect();
    }

    /// A queue was paused, resumed or given limits.
    public void queuesChanged() {
        claimer.queuesChanged();
    }

    /// Stores a plain task, and begins it with the same commit when there is room and it would be the next anyway.
    /// Returns when it is stored; null when this node has stopped, and then nothing was.
    @Nullable
    UUID enqueue(UUID organization, int lane, NewTask task) {
        return enqueuer.enqueue(organization, lane, task);
    }

    Workers workers() {
        return workers;
    }

    /// Work on a type of task that begins and ends while the node runs; not open at first.
    public <P> Serving serve(TaskType<P> type, TaskHandler<P> handler, AttemptListener listener) {
        return new Serving(this, new Worker<>(type, handler, listener));
    }

    /// Calls `changed` at once, and whenever this node works on other types than before.
    public void onTypesChanged(Runnable changed) {
        typesChanged = changed;
        changed.run();
    }

    void open(Worker<?> worker) {
        Set<String> before = workers.types();
        workers.open(worker);
        tellTypes(before);
    }

    void close(Worker<?> worker) {
        Set<String> before = workers.types();
        workers.close(worker);
        tellTypes(before);
    }

    private void tellTypes(Set<String> before) {
        if (!before.equals(workers.types())) {
            claimer.queuesChanged();
            typesChanged.run();
        }
    }

    void close(Worker<?> worker, Duration bound) {
        close(worker);
        long giveUp = monotonic.nanos() + bound.toNanos();
        boolean isPatient = true;
        while (isPatient && worker.running() > 0 && monotonic.nanos() < giveUp) {
            isPatient = Threads.pause(Duration.ofMillis(5));
        }
        running.values().forEach(attempt -> attempt.giveBackOf(worker));
    }

    /// The session under which tasks may be claimed and ended; null when nothing may.
    @Nullable
    UUID session() {
        return trusted.getAsBoolean() ? session : null;
    }

    /// False once the session it was claimed under is over, be it that another one has begun: a node that was frozen
    /// between claiming and beginning begins nothing that may be another's.
    boolean holds(Claim claim) {
        return claim.session().equals(session());
    }

    /// Whether a claim that was asked for then may have been given back as one this node never heard of, so that what
    /// is in it may be another's by now.
    boolean isForgotten(Claim claim, long askedAt) {
        return !tokens.contains(claim.token()) && monotonic.nanos() - askedAt > TO_HEAR.toNanos();
    }

    /// How many more tasks may begin now.
    int room() {
        return slots.free();
    }

    /// Room for tasks that are to be claimed, `most` at most; whoever gets it begins so many or gives the rest back.
    ///
    /// @return for how many
    int reserve(int most) {
        return stopping ? 0 : slots.take(most);
    }

    boolean hasRoom() {
        return !stopping && slots.free() > 0;
    }

    Set<UUID> running() {
        return Set.copyOf(running.keySet());
    }

    /// The leases this node holds.
    Set<UUID> claims() {
        return Set.copyOf(tokens);
    }

    /// How many tasks of a type have room; without a bound of its own, as many as there are.
    int room(String type) {
        return workers.free(type);
    }

    boolean isBounded(String type) {
        return workers.isBounded(type);
    }

    /// A task whose workers died twice runs beside no other such one, until it has shown for a while that it does not
    /// kill: then a third crash blames the right one.
    int roomForSuspects() {
        return monotonic.nanos() >= suspectUntil ? 1 : 0;
    }

    /// Room for a task that would be the next anyway; whoever gets it begins that task or gives it back.
    boolean reserve(Arrival arrival) {
        NewTask task = arrival.task();
        return !stopping
                && !workers.isBounded(task.type())
                && slots.takeOneBelow(claimer.roomAtOnce(arrival.lane(), task.priority(), slots.capacity()));
    }

    void unreserve(int tasks) {
        slots.giveBack(tasks);
    }

    /// In room that was reserved. All or nothing: when it throws, the task has not begun, and may be begun again.
    void begin(ClaimedTask task, String type) {
        tokens.add(task.claim().token());
        Worker<?> worker = workers.of(type);
        if (worker == null) {
            giveBack(task);
            return;
        }
        if (task.crashes() >= 2) {
            suspectUntil = monotonic.nanos() + SUSPICION.toNanos();
        }
        RunningTask attempt = new RunningTask(task, worker, this);
        boolean isStarted = false;
        running.put(task.id(), attempt);
        try {
            attempt.start();
            isStarted = true;
        } finally {
            if (!isStarted) {
                running.remove(task.id());
            }
        }
    }

    /// Whoever would have worked on it stopped while it was being claimed.
    private void giveBack(ClaimedTask task) {
        completer.offer(Ending.released(task, "nobody here works on it any more", clock.instant()));
        slots.ended();
    }

    /// @param ending null when the lease was lost, so that there is nothing to store
    void ended(RunningTask attempt, @Nullable Ending ending) {
        running.remove(attempt.task().id(), attempt);
        if (slots.ended()) {
            claimer.wake();
        }
        if (attempt.task().crashes() >= 2) {
            suspectUntil = monotonic.nanos();
        }
        if (ending == null) {
            release(1);
        } else {
            completer.offer(ending);
        }
    }

    private void stored(List<Ending> endings, CompletionStore.Ended ended) {
        boolean isLimited = false;
        for (Ending ending : endings) {
            isLimited |= claimer.isLimited(ending.task().lane());
            if (ending.task().claim().open() == 0) {
                tokens.remove(ending.task().claim().token());
            }
            if (ending.isAwaiting() || !ended.refused().contains(ending.task().id())) {
                count(ending, ending.isConfirmed() ? Ending.COMPLETED : ending.outcome());
            } else {
                count(ending, "lost");
                LOG.atWarn().addKeyValue("task", ending.task().id()).log("lease lost: its end was not accepted");
            }
        }
        if (ended.isMoreClaimable()) {
            claimer.hintAll();
            moreClaimable();
        }
        if (isLimited) {
            claimer.hintLimited();
            told.accept(TaskTopics.ROOM);
        }
        release(endings.size());
    }

    private void count(Ending ending, String outcome) {
        LaneStore.Lane lane = claimer.lane(ending.task().lane());
        if (lane != null) {
            Duration took = Duration.between(ending.startedAt(), clock.instant());
            tally.ended(lane.organization(), lane.queue(), lane.type(), outcome, took);
        }
    }

    /// Once in a while: what handlers say of how far they are, and how attempts ended.
    void report() {
        List<RunningTask.Progress> progress = running.values().stream()
                .map(RunningTask::takeProgress)
                .filter(Objects::nonNull)
                .toList();
        if (!progress.isEmpty()) {
            completions.progress(progress);
        }
        tally.tell(telemetry, clock.instant());
    }

    private void release(int tasks) {
        slots.stored(tasks);
        claimer.wake();
    }

    /// What people want ended.
    void cancel(Collection<LaneStore.Cancel> cancels) {
        for (LaneStore.Cancel asked : cancels) {
            RunningTask attempt = running.get(asked.task());
            if (attempt != null) {
                attempt.cancel(asked.reason());
            }
        }
    }

    boolean complete(Connection connection, Ending ending) throws SQLException {
        return session() != null && completions.complete(connection, ending);
    }

    InstantSource clock() {
        return clock;
    }

    RandomGenerator random() {
        return random;
    }

    void schedule(TimerWheel.Timer timer, Duration after) {
        wheel.schedule(timer, monotonic.nanos() + after.toNanos());
    }

    void cancel(TimerWheel.Timer timer) {
        wheel.cancel(timer);
    }

    TaskStore store() {
        return store;
    }

    StepServices services() {
        return services;
    }

    private final class Services implements StepServices {
        @Override
        public InstantSource clock() {
            return clock;
        }

        @Override
        public StepStore steps() {
            return stepStore;
        }

        @Override
        public void write(StepWrite write) {
            stepWriter.offer(write);
        }

        @Override
        public List<UUID> enqueue(UUID organization, List<NewTask> tasks) {
            List<Enqueued> children = store.enqueueAll(organization, tasks);
            hintAll();
            moreClaimable();
            return children.stream().map(Enqueued::id).toList();
        }
    }
}
