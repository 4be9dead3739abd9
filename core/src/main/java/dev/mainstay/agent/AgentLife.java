package dev.mainstay.agent;

import dev.mainstay.AgentRef;
import dev.mainstay.agent.RestartBudget.Verdict;
import dev.mainstay.concurrent.Mailbox;
import dev.mainstay.concurrent.TimerWheel;
import dev.mainstay.telemetry.Severity;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One agent's life on this node, from the lease given to the lease returned: builds it, leads it through its states,
/// answers crashes as the [Supervisor] decides, and does what people desire.
///
/// All of it happens in order in a mailbox; a step of the state waits for its commit. Losing the lease ends the
/// life at once and writes nothing. Thread-safe.
final class AgentLife {
    private static final Logger LOG = LoggerFactory.getLogger(AgentLife.class);
    private static final Duration STOP_BOUND = Duration.ofSeconds(10);

    private final Assignment assignment;
    private final AgentSpec spec;
    private final AgentHost host;
    private final AgentRunner runner;
    private final AgentCalls calls;
    private final AgentTasks tasks;
    private final AgentMessages messages;
    private final AgentContext context;
    private final Mailbox mailbox;
    private final TimerWheel.Timer restartTimer;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private AgentState state;
    private volatile DesiredState desired;
    private volatile long generation;
    private volatile long reconnects;
    private @Nullable Agent agent;
    private volatile boolean over;

    AgentLife(Assignment assignment, AgentSpec spec, AgentHost host) {
        this.assignment = assignment;
        this.spec = spec;
        this.host = host;
        this.state = assignment.state();
        this.desired = assignment.desired();
        this.generation = assignment.generation();
        this.reconnects = assignment.reconnects();
        this.mailbox = new Mailbox(spec.id());
        this.runner = new AgentRunner(assignment.agent(), spec, assignment.fence(), host.house(), this::crashed);
        this.calls = new AgentCalls(spec, runner::abandoned);
        this.tasks = host.tasksOf(runner::handled);
        this.messages = host.messagesOf(assignment.agent());
        this.context = host.contextOf(assignment, spec, tasks, messages);
        this.restartTimer = new TimerWheel.Timer(() -> mailbox.post(this::revive));
    }

    AgentRef ref() {
        return assignment.agent();
    }

    long fence() {
        return assignment.fence();
    }

    AgentSpec spec() {
        return spec;
    }

    CompletableFuture<Void> ended() {
        return ended;
    }

    /// Takes the agent up where its last life left it.
    void begin() {
        mailbox.post(() -> {
            runner.begin();
            switch (state) {
                case INACTIVE, SHUTDOWN, QUARANTINED -> boot("started");
                case ACTIVE -> takeOver();
                case FAILED -> takeOver();
                case RECOVERING -> revive();
                case MAINTENANCE -> converge();
                case INITIALIZING, REGISTERING, CONFIGURING, MONITORING, OPTIMIZING -> {
                    if (step(AgentState.SHUTDOWN, "its node was lost in state " + state.word())) {
                        boot("started again");
                    }
                }
            }
        });
    }

    private void boot(String cause) {
        boolean isUp = step(AgentState.INITIALIZING, cause)
                && step(AgentState.REGISTERING, "")
                && step(AgentState.CONFIGURING, "")
                && build()
                && step(AgentState.MONITORING, "")
                && step(AgentState.ACTIVE, cause);
        if (isUp) {
            converge();
        }
    }

    private void takeOver() {
        if (step(AgentState.RECOVERING, "taken over by " + host.node())) {
            revive();
        }
    }

    /// A fresh instance, ready to tick; false when it could not be made, which the supervisor has then answered.
    private boolean build() {
        return switch (calls.start(host.kinds(), context)) {
            case AgentCalls.Start.Up(Agent fresh) -> {
                agent = fresh;
                yield true;
            }
            case AgentCalls.Start.Failed(String failure) -> {
                String cause = "could not start: " + failure;
                Supervisor.Decision decision = decide();
                if (standBack(cause, decision)) {
                    answer(decision, cause);
                }
                yield false;
            }
            case AgentCalls.Start.CutShort _ -> {
                standBack("its start was cut short", null);
                yield false;
            }
        };
    }

    /// @param decision what follows its crash; null when it was none
    private boolean standBack(String cause, Supervisor.@Nullable Decision decision) {
        return switch (state) {
            // Each failure is told, also of a start that is tried again.
            case RECOVERING -> decision == null ? !over : step(AgentState.FAILED, cause, decision);
            case ACTIVE -> step(AgentState.RECOVERING, cause, decision);
            default -> step(AgentState.FAILED, cause, decision);
        };
    }

    /// The end of a back-off, or of a wait for nothing: makes the agent anew.
    private void revive() {
        if (over) {
            return;
        }
        if (state == AgentState.FAILED && !step(AgentState.RECOVERING, "trying again")) {
            return;
        }
        if (state == AgentState.RECOVERING && build() && step(AgentState.ACTIVE, "recovered")) {
            runner.restarted();
            converge();
        }
    }

    /// Called by the runner: a tick threw, or did not end.
    private void crashed(String cause) {
        mailbox.post(() -> {
            if (over || state != AgentState.ACTIVE) {
                return;
            }
            LOG.atWarn().addKeyValue("agent", spec.id()).log("crashed: {}", cause);
            halt();
            Supervisor.Decision decision = decide();
            if (step(AgentState.RECOVERING, cause, decision)) {
                answer(decision, cause);
            }
        });
    }

    private Supervisor.Decision decide() {
        return host.supervisor().crashed(this, host.house().monotonic().nanos());
    }

    private void halt() {
        runner.hold(STOP_BOUND);
        discard();
    }

    private void answer(Supervisor.Decision decision, String cause) {
        for (AgentLife companion : decision.companions()) {
            companion.follow(decision.verdict(), "group " + groupName() + ": " + spec.id() + " crashed: " + cause);
        }
        if (decision.verdict() instanceof Verdict.Quarantine) {
            context.event("supervisor.escalated", Severity.CRITICAL, cause, Map.of("group", groupName()));
        }
        act(decision.verdict(), cause);
    }

    private String groupName() {
        return spec.group() == null ? "" : spec.group().name();
    }

    /// A member of this agent's group crashed, and its strategy takes this one along. One that is down
    /// already waits for its own restart, unless the whole group goes into quarantine.
    private void follow(Verdict verdict, String cause) {
        mailbox.post(() -> {
            boolean isDown = state == AgentState.RECOVERING || state == AgentState.FAILED;
            boolean isTaken = isDown ? verdict instanceof Verdict.Quarantine : state == AgentState.ACTIVE;
            if (!over && isTaken && (isDown || leaveActive(cause))) {
                act(verdict, cause);
            }
        });
    }

    /// For a reason that is not the agent's own.
    private boolean leaveActive(String cause) {
        halt();
        return step(AgentState.RECOVERING, cause);
    }

    private void act(Verdict verdict, String cause) {
        if (over) {
            return;
        }
        switch (verdict) {
            case Verdict.Restart(Duration after) ->
                host.house()
                        .wheel()
                        .schedule(restartTimer, host.house().monotonic().nanos() + after.toNanos());
            case Verdict.Quarantine(int crashes, Duration within) ->
                quarantine(crashes + " crashes within " + within.toSeconds() + " s, the last: " + cause);
        }
    }

    private void quarantine(String cause) {
        boolean isQuarantined =
                (state == AgentState.FAILED || step(AgentState.FAILED, cause)) && step(AgentState.QUARANTINED, cause);
        host.house().wheel().cancel(restartTimer);
        if (isQuarantined) {
            finish();
        }
    }

    /// What people want of this agent now; nothing happens when that is what it was told before.
    void desire(DesiredState wanted, long wantedGeneration) {
        if (wanted == desired && wantedGeneration == generation) {
            return;
        }
        if (wanted == DesiredState.SHUTDOWN || wantedGeneration > generation) {
            calls.cutShort();
        }
        mailbox.post(() -> {
            boolean isRestart = wantedGeneration > generation;
            desired = wanted;
            generation = wantedGeneration;
            if (isRestart && !over) {
                restart();
            } else {
                converge();
            }
        });
    }

    /// Has the instance there is open its connections anew, each time `asked` has grown.
    void reconnect(long asked) {
        if (asked <= reconnects) {
            return;
        }
        reconnects = asked;
        mailbox.post(() -> {
            if (!over && agent != null) {
                calls.reconnect(agent, context);
            }
        });
    }

    private void restart() {
        host.house().wheel().cancel(restartTimer);
        switch (state) {
            case ACTIVE -> {
                if (leaveActive("restart requested")) {
                    revive();
                }
            }
            case FAILED, RECOVERING -> revive();
            default -> converge();
        }
    }

    /// Brings the agent from where it is to what is desired; the last action of every path.
    private void converge() {
        if (over) {
            return;
        }
        switch (desired) {
            case RUNNING -> {
                Agent ready = activate();
                if (ready != null) {
                    runner.tickWith(ready, context);
                    tasks.open();
                    messages.open();
                }
            }
            case PAUSED -> {
                rest();
                activate();
            }
            case MAINTENANCE -> {
                rest();
                if (state == AgentState.ACTIVE) {
                    step(AgentState.MAINTENANCE, "maintenance requested");
                }
            }
            case SHUTDOWN -> end("shutdown requested");
        }
    }

    private void rest() {
        runner.pause();
        tasks.hold();
        messages.hold();
    }

    /// The instance that may tick; null when there is none, or not now.
    private @Nullable Agent activate() {
        if (state == AgentState.MAINTENANCE && !step(AgentState.ACTIVE, "maintenance over")) {
            return null;
        }
        if (state == AgentState.ACTIVE && agent == null && !build()) {
            return null;
        }
        return state == AgentState.ACTIVE ? agent : null;
    }

    /// Stops the agent and returns its lease; [#ended] completes when that is done.
    void endWith(String cause) {
        calls.cutShort();
        mailbox.post(() -> end(cause));
    }

    private void end(String cause) {
        if (over) {
            return;
        }
        host.house().wheel().cancel(restartTimer);
        runner.stop(STOP_BOUND);
        discard();
        if (step(AgentState.SHUTDOWN, cause)) {
            finish();
        }
    }

    private void finish() {
        over = true;
        runner.stop(STOP_BOUND);
        host.finished(this);
        ended.complete(null);
    }

    /// The lease is lost: another may own the agent already, so everything stops now and nothing is written.
    void drop() {
        over = true;
        calls.cutShort();
        host.house().wheel().cancel(restartTimer);
        runner.stop(Duration.ZERO);
        ended.complete(null);
        mailbox.post(this::discard);
    }

    /// One step of the state; false when the lease is lost, which ends this life.
    private boolean step(AgentState to, String cause) {
        return step(to, cause, null);
    }

    /// @param decision what follows, when the agent broke by itself, which its health is told of
    private boolean step(AgentState to, String cause, Supervisor.@Nullable Decision decision) {
        if (over) {
            return false;
        }
        boolean isMade =
                host.step(new Transition(ref(), fence(), state, to, cause, decision != null, restOf(to, decision)));
        if (isMade) {
            state = to;
        } else {
            LOG.atWarn().addKeyValue("agent", spec.id()).log("lease lost on the way to {}; stopping here", to.word());
            drop();
            host.lost(this);
        }
        return isMade;
    }

    private Duration restOf(AgentState to, Supervisor.@Nullable Decision decision) {
        if (to == AgentState.QUARANTINED) {
            return spec.restart().quarantine();
        }
        return decision != null && decision.verdict() instanceof Verdict.Restart(Duration after)
                ? after
                : Duration.ZERO;
    }

    private void discard() {
        tasks.close(over ? Duration.ZERO : STOP_BOUND);
        messages.close(over ? Duration.ZERO : STOP_BOUND);
        Agent old = agent;
        agent = null;
        calls.close(old, spec.deadline().compareTo(STOP_BOUND) < 0 ? spec.deadline() : STOP_BOUND);
    }
}
