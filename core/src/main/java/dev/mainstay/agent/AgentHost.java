package dev.mainstay.agent;

import dev.mainstay.AgentRef;
import dev.mainstay.Resident;
import dev.mainstay.concurrent.Loop;
import dev.mainstay.concurrent.MonotonicClock;
import dev.mainstay.concurrent.TimerWheel;
import dev.mainstay.message.MessageHost;
import dev.mainstay.postgres.Database;
import dev.mainstay.state.SharedState;
import dev.mainstay.task.AttemptListener;
import dev.mainstay.task.TaskHost;
import dev.mainstay.task.TaskQueue;
import dev.mainstay.telemetry.Telemetry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// All lives of one node: starts those whose lease the node's session was given, ends those it lost or must give up.
///
/// What the session holds is read when the placement version it renews with has changed; the difference to what
/// runs here is all there is to do, so any number of changes may be missed in between. Thread-safe.
public final class AgentHost implements Resident, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AgentHost.class);
    private static final Duration DOUBT = Duration.ofSeconds(1);
    private static final Duration RELEASE_PERIOD = Duration.ofSeconds(5);

    private final String node;
    private final AgentKinds kinds;
    private final RunnerHouse house;
    private final SharedState state;
    private final TaskHost taskHost;
    private final TaskQueue tasks;
    private final MessageHost messages;
    private final AgentStore store;
    private final TransitionLog transitions;
    private final Supervisor supervisor = new Supervisor(RandomGenerator.getDefault());
    private final Runnable leasesReturned;
    private final Loop releases;
    private final Map<AgentRef, AgentLife> lives = new LinkedHashMap<>();
    private final Map<AgentRef, Long> returned = new HashMap<>();
    private final Map<AgentRef, Long> endedFences = new HashMap<>();
    private volatile @Nullable UUID session;
    private volatile boolean stopping;
    private volatile BooleanSupplier proven = () -> true;
    private volatile Runnable doubtful = () -> {};
    private final TimerWheel.Timer doubt = new TimerWheel.Timer(() -> doubtful.run());

    private AgentHost(Builder builder) {
        this.node = builder.node;
        this.kinds = builder.kinds;
        this.house = new RunnerHouse(
                builder.wheel, builder.monotonic, builder.clock, builder.telemetry, () -> proven.getAsBoolean());
        this.state = builder.state;
        this.taskHost = builder.taskHost;
        this.tasks = builder.tasks;
        this.messages = builder.messages;
        this.store = new AgentStore(builder.database);
        this.transitions = new TransitionLog(builder.database, builder.telemetry);
        this.leasesReturned = builder.leasesReturned;
        this.releases = Loop.start("releases", RELEASE_PERIOD, this::release);
    }

    /// What a host needs; all of it is shared with the rest of the node.
    public record Builder(
            String node,
            AgentKinds kinds,
            Database database,
            TimerWheel wheel,
            MonotonicClock monotonic,
            InstantSource clock,
            Telemetry telemetry,
            SharedState state,
            TaskHost taskHost,
            TaskQueue tasks,
            MessageHost messages,
            Runnable leasesReturned) {
        public AgentHost start() {
            return new AgentHost(this);
        }
    }

    public void declare(Collection<AgentDeclaration> declarations) {
        if (!declarations.isEmpty()) {
            store.declare(declarations);
        }
    }

    /// The node has a session: leases given to it are run from now on.
    @Override
    public void joined(UUID newSession) {
        session = newSession;
    }

    /// The session can no longer be proven to own anything: everything stops at once, nothing is written.
    @Override
    public void fenced() {
        List<AgentLife> all;
        synchronized (this) {
            session = null;
            all = List.copyOf(lives.values());
            lives.clear();
            returned.clear();
        }
        all.forEach(life -> {
            supervisor.left(life);
            life.drop();
        });
    }

    /// Makes what runs here equal to what the session holds.
    public void converge() {
        UUID mine = session;
        if (mine == null) {
            return;
        }
        List<Assignment> held = store.assignments(mine);
        List<Assignment> fresh = sortOut(held);
        if (!fresh.isEmpty()) {
            Map<AgentRef, AgentSpec> specs =
                    store.specs(fresh.stream().map(Assignment::agent).toList());
            fresh.forEach(assignment -> begin(assignment, specs.get(assignment.agent())));
        }
    }

    /// Ends what is no longer held, passes on what people desire, and returns what has to begin here.
    private List<Assignment> sortOut(List<Assignment> held) {
        Set<AgentRef> holding = new HashSet<>();
        List<Assignment> fresh = new ArrayList<>();
        for (Assignment assignment : held) {
            holding.add(assignment.agent());
            AgentLife life = lifeOf(assignment.agent());
            if (life == null || life.fence() != assignment.fence()) {
                fresh.add(assignment);
            } else if (assignment.leaving()) {
                life.endWith("moves to another node");
            } else {
                life.desire(assignment.desired(), assignment.generation());
                life.reconnect(assignment.reconnects());
            }
        }
        gone(holding).forEach(life -> {
            life.drop();
            lost(life);
        });
        return fresh;
    }

    private synchronized @Nullable AgentLife lifeOf(AgentRef agent) {
        return lives.get(agent);
    }

    private synchronized List<AgentLife> gone(Set<AgentRef> holding) {
        return lives.values().stream()
                .filter(life -> !holding.contains(life.ref()))
                .toList();
    }

    private void begin(Assignment assignment, @Nullable AgentSpec spec) {
        AgentLife old;
        AgentLife life;
        synchronized (this) {
            // What was read may be older than a life that has ended since: its fence is spent.
            boolean isSpent = assignment.fence() <= endedFences.getOrDefault(assignment.agent(), -1L);
            if (spec == null || session == null || stopping || isSpent) {
                return;
            }
            life = new AgentLife(assignment, spec, this);
            old = lives.put(assignment.agent(), life);
        }
        if (old != null) {
            supervisor.left(old);
            old.drop();
        }
        supervisor.joined(life);
        life.begin();
    }

    RunnerHouse house() {
        return house;
    }

    AgentKinds kinds() {
        return kinds;
    }

    Supervisor supervisor() {
        return supervisor;
    }

    String node() {
        return node;
    }

    AgentTasks tasksOf(AttemptListener listener) {
        return new AgentTasks(taskHost, listener);
    }

    AgentMessages messagesOf(AgentRef agent) {
        return new AgentMessages(messages.bus(agent.organization()).as(agent.id()));
    }

    AgentContext contextOf(Assignment assignment, AgentSpec spec, AgentTasks work, AgentMessages inbox) {
        TaskQueue own = tasks.of(assignment.agent().organization());
        return new RunnerContext(assignment.agent(), spec, assignment.fence(), node, house, state, own, work, inbox);
    }

    boolean step(Transition step) {
        UUID mine = session;
        return mine != null && transitions.make(mine, step).join();
    }

    /// The life ended by itself: its lease goes back.
    void finished(AgentLife life) {
        supervisor.left(life);
        synchronized (this) {
            if (lives.remove(life.ref(), life)) {
                returned.put(life.ref(), life.fence());
                endedFences.put(life.ref(), life.fence());
            }
        }
        releases.wake();
    }

    /// The life ended because another owns the agent now.
    void lost(AgentLife life) {
        supervisor.left(life);
        synchronized (this) {
            lives.remove(life.ref(), life);
        }
        house.wheel().schedule(doubt, house.monotonic().nanos() + DOUBT.toNanos());
    }

    /// No tick starts while `claim` is false.
    public void provenBy(BooleanSupplier claim) {
        proven = claim;
    }

    /// Called when a life ended in a way that what was read of the assignments does not explain: read them again.
    public void onDoubt(Runnable readAgain) {
        doubtful = readAgain;
    }

    private void release() {
        Map<AgentRef, Long> batch;
        synchronized (this) {
            batch = Map.copyOf(returned);
        }
        UUID mine = session;
        if (batch.isEmpty() || mine == null) {
            return;
        }
        store.release(mine, batch);
        synchronized (this) {
            batch.forEach(returned::remove);
        }
        leasesReturned.run();
    }

    /// How many agents run here.
    public synchronized int size() {
        return lives.size();
    }

    /// Stops every agent in reverse order of start, members of a group one after the other, and returns the leases;
    /// what has not ended after `bound` is left to whoever takes the leases over.
    @Override
    public void stop(Duration bound) {
        List<AgentLife> all;
        stopping = true;
        synchronized (this) {
            all = new ArrayList<>(lives.values()).reversed();
        }
        CompletableFuture<?>[] ends = ShutdownOrder.chains(all).stream()
                .map(chain -> chain.end("node stops"))
                .toArray(CompletableFuture[]::new);
        try {
            CompletableFuture.allOf(ends).get(bound.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            LOG.atWarn().addKeyValue("agents", size()).log("not all agents stopped within {}; leaving them", bound);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw new IllegalStateException("ending an agent failed", e);
        }
        release();
        dropRest();
    }

    /// What has not ended in time must not go on once the session is over and another may own it.
    private void dropRest() {
        List<AgentLife> rest;
        synchronized (this) {
            rest = List.copyOf(lives.values());
            lives.clear();
        }
        rest.forEach(AgentLife::drop);
    }

    @Override
    public void close() {
        house.wheel().cancel(doubt);
        releases.close();
        transitions.close();
    }
}
