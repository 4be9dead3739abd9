package dev.mainstay.agent;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import dev.mainstay.config.Durations;
import dev.mainstay.postgres.Database;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;

/// Agents in any language, which register and report by calls instead of running on a node.
///
/// Their lease is a token and a fence, both given on registration; registering again takes it. Everything one call
/// carries is stored in one transaction guarded by both, so an answered call is stored and a stale one changes nothing.
/// Calls are requests: row-level security holds them to their organization. Thread-safe.
public final class OutsideAgents {
    /// SQL that tells whether [#expireSilent] has anything to do.
    public static final String DUE = OutsideLeases.SILENT;

    private final Database database;
    private final OutsideDeclarations declarations = new OutsideDeclarations();
    private final OutsideLeases leases = new OutsideLeases();
    private final OutsideReports reports = new OutsideReports();
    private final OutsideSteps steps = new OutsideSteps();

    public OutsideAgents(Database database) {
        this.database = database;
    }

    /// What is asked of the agent, and why.
    public record Given(AgentCommand command, String reason) {}

    /// The lease a registration gave.
    ///
    /// @param created whether it was registered for the first time
    public record Registered(boolean created, long fence, UUID token, Duration lease, List<Given> commands) {}

    /// What the answer to a report says.
    ///
    /// @param at the time of the database
    public record Reported(Instant at, DesiredState desired, List<Given> commands) {}

    /// Declares the agent, gives it a new lease and leads its state to active.
    public Registered register(UUID organization, OutsideRegistration asked) {
        return database.api(organization).write(handle -> {
            if (declarations.isKindOfNodes(handle, asked.kind())) {
                throw new MainstayException(
                        ErrorCode.AGENT_DUPLICATE,
                        "kind " + asked.kind() + " is run by nodes; an agent from outside needs a word of its own");
            }
            boolean created = declarations.insert(handle, organization, asked);
            OutsideDeclarations.Stored agent = declarations.lock(handle, organization, asked.id());
            refuseOthers(asked, agent);
            declarations.declare(handle, organization, asked, agent.generation());
            OutsideLeases.Lease lease = leases.lease(handle, organization, asked.id());
            String cause = created ? "registered" : "registered again";
            move(handle, organization, asked.id(), lease.fence(), wayTo(agent.state(), AgentState.ACTIVE), cause);
            return new Registered(
                    created,
                    lease.fence(),
                    lease.token(),
                    asked.lease(),
                    commands(handle, organization, asked.id(), agent.desired(), DesiredState.RUNNING, false));
        });
    }

    private static void refuseOthers(OutsideRegistration asked, OutsideDeclarations.Stored agent) {
        if (agent.source() != AgentSource.HTTP && agent.source() != AgentSource.SLOT) {
            throw new MainstayException(
                    ErrorCode.AGENT_DUPLICATE,
                    "agent " + asked.id() + " is declared by " + agent.source().word() + "; take another id");
        }
        if (agent.source() == AgentSource.HTTP
                && !asked.mayTakeOver()
                && !asked.key().equals(agent.key())) {
            throw new MainstayException(
                    ErrorCode.AGENT_DUPLICATE, "agent " + asked.id() + " was registered with another key");
        }
    }

    /// Stores a report; throws with `LEASE_LOST` when its fence or token is not the agent's any more.
    public Reported report(UUID organization, String id, OutsideReport report) {
        return database.api(organization).write(handle -> {
            OutsideLeases.Held held = leases.held(handle, organization, id)
                    .orElseThrow(
                            () -> new MainstayException(ErrorCode.AGENT_UNKNOWN, "there is no agent \"" + id + "\""));
            if (held.fence() != report.fence() || !report.token().equals(held.token())) {
                throw new MainstayException(
                        ErrorCode.LEASE_LOST,
                        "the lease of agent " + id + " is not yours any more; register again, or stop");
            }
            Long asked = report.sequence();
            long sequence = asked == null ? held.sequence() + 1 : asked;
            if (sequence > held.sequence()) {
                reports.beat(handle, organization, id, report, sequence);
                reports.metrics(handle, organization, id, report.metrics(), held.now());
                reports.events(handle, organization, id, report.events());
            } else {
                leases.touch(handle, organization, id);
            }
            follow(handle, organization, id, held, report.mode());
            boolean restart = held.generation() > held.registeredGeneration();
            return new Reported(
                    held.now(),
                    held.desired(),
                    commands(handle, organization, id, held.desired(), report.mode(), restart));
        });
    }

    /// The state follows what the agent says it does.
    private void follow(Handle handle, UUID organization, String id, OutsideLeases.Held held, DesiredState mode) {
        AgentState wanted = switch (mode) {
            case RUNNING, PAUSED -> AgentState.ACTIVE;
            case MAINTENANCE -> AgentState.MAINTENANCE;
            case SHUTDOWN -> AgentState.SHUTDOWN;
        };
        String cause = held.desired() == mode ? mode.word() + " requested" : "the agent says it is " + mode.word();
        move(handle, organization, id, held.fence(), wayTo(held.state(), wanted), cause);
        if (mode == DesiredState.SHUTDOWN) {
            leases.release(handle, organization, id);
        }
    }

    private List<Given> commands(
            Handle handle, UUID organization, String id, DesiredState desired, DesiredState mode, boolean restart) {
        Optional<AgentCommand> command = command(desired, mode, restart);
        return command.map(asked -> List.of(new Given(asked, steps.lastReason(handle, organization, id))))
                .orElse(List.of());
    }

    private static Optional<AgentCommand> command(DesiredState desired, DesiredState mode, boolean restart) {
        if (mode == DesiredState.SHUTDOWN) {
            return Optional.empty();
        }
        return switch (desired) {
            case SHUTDOWN -> Optional.of(AgentCommand.SHUTDOWN);
            case PAUSED -> mode == DesiredState.PAUSED ? Optional.empty() : Optional.of(AgentCommand.PAUSE);
            case MAINTENANCE ->
                mode == DesiredState.MAINTENANCE ? Optional.empty() : Optional.of(AgentCommand.MAINTENANCE);
            case RUNNING ->
                restart
                        ? Optional.of(AgentCommand.RESTART)
                        : mode == DesiredState.RUNNING ? Optional.empty() : Optional.of(AgentCommand.RESUME);
        };
    }

    /// Ends the leases of those who were silent for too long: their state becomes failed, or shutdown where that was
    /// wanted, and they may register again. Returns how many.
    ///
    /// @param check makes the transaction fail when this is not the caller's duty any more
    public int expireSilent(Consumer<Handle> check) {
        return database.write(handle -> {
            check.accept(handle);
            List<OutsideLeases.Silent> silent = leases.expire(handle);
            for (OutsideLeases.Silent one : silent) {
                move(
                        handle,
                        one.organization(),
                        one.id(),
                        one.fence(),
                        wayTo(
                                one.state(),
                                one.desired() == DesiredState.SHUTDOWN ? AgentState.SHUTDOWN : AgentState.FAILED),
                        "no heartbeat for " + Durations.format(Duration.parse(one.lease())));
            }
            return silent.size();
        });
    }

    private void move(Handle handle, UUID organization, String id, long fence, List<AgentState> way, String cause) {
        for (int i = 1; i < way.size(); i++) {
            steps.step(handle, organization, id, fence, way.get(i - 1), way.get(i), cause);
        }
    }

    /// The shortest legal way that does not lead through a failure, both ends included; only `from` when there is none
    /// or they are the same.
    static List<AgentState> wayTo(AgentState from, AgentState to) {
        Map<AgentState, AgentState> before = new EnumMap<>(AgentState.class);
        Set<AgentState> seen = EnumSet.of(from);
        Deque<AgentState> next = new ArrayDeque<>(List.of(from));
        while (!next.isEmpty()) {
            AgentState here = next.removeFirst();
            if (here == AgentState.FAILED && here != from) {
                continue;
            }
            for (AgentState there : AgentState.values()) {
                if (here.canBecome(there) && seen.add(there)) {
                    before.put(there, here);
                    next.addLast(there);
                }
            }
        }
        return way(before, from, to);
    }

    private static List<AgentState> way(Map<AgentState, AgentState> before, AgentState from, AgentState to) {
        List<AgentState> backwards = new ArrayList<>();
        AgentState state = to;
        while (state != null && state != from) {
            backwards.add(state);
            state = before.get(state);
        }
        if (state == null) {
            return List.of(from);
        }
        backwards.add(from);
        return backwards.reversed();
    }
}
