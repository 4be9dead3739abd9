package dev.mainstay.server.http;

import dev.mainstay.agent.AgentCommands;
import dev.mainstay.agent.OutsideAgents;
import dev.mainstay.alert.NotifierDesk;
import dev.mainstay.cluster.NodeIdentity;
import dev.mainstay.postgres.Database;
import dev.mainstay.postgres.Signals;
import dev.mainstay.schedule.Schedules;
import dev.mainstay.server.auth.KeyCheck;
import dev.mainstay.server.auth.KeyStore;
import dev.mainstay.server.stream.FleetWatches;
import dev.mainstay.server.stream.MessageStreams;
import dev.mainstay.task.OutsideWorkers;
import dev.mainstay.task.TaskDesks;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What the API stands on, and all routes it has. Immutable.
///
/// @param clock the time of the database, or close to it
/// @param nodeProblem why this node cannot work at the moment, if it cannot
/// @param kinds the kinds of agents this node knows
/// @param signals through which those who watch shared state on other nodes learn of a change at once
/// @param taskDesks where requests command tasks and queues
/// @param told called after something was asked of agents or nodes, so that they look at once
/// @param workers who claim tasks over HTTP
/// @param notifiers the ways to tell people that this node has
/// @param messages the buses of organizations, and streams of them
public record Api(
        Database database,
        NodeIdentity node,
        InstantSource clock,
        FleetWatches watches,
        KeyStore keys,
        KeyCheck keyCheck,
        PrometheusMeterRegistry meters,
        Supplier<Optional<String>> nodeProblem,
        Supplier<List<KindView>> kinds,
        @Nullable Signals signals,
        TaskDesks taskDesks,
        Runnable told,
        OutsideWorkers workers,
        NotifierDesk notifiers,
        MessageStreams messages) {

    /// Every route of the document, and no other.
    public List<Route> routes() {
        return Stream.of(
                        new HealthRoutes(database, watches, nodeProblem, messages::problem, meters).routes(),
                        new AgentRoutes(database, watches, new AgentCommands(database, told), clock).routes(),
                        new FleetHealthRoutes(database, clock).routes(),
                        new OutsideRoutes(new OutsideAgents(database), watches, new ReportReader(clock)).routes(),
                        new WorkerRoutes(workers).routes(),
                        new HistoryRoutes(database, watches, clock).routes(),
                        new FleetRoutes(watches).routes(),
                        new StateRoutes(database, watches, signals).routes(),
                        new NodeRoutes(database, told).routes(),
                        new KindRoutes(kinds).routes(),
                        new ScheduleRoutes(database, clock, Schedules.Told.by(signals)).routes(),
                        new TaskRoutes(database, clock).routes(),
                        new TaskCommandRoutes(database, taskDesks).routes(),
                        new TaskBulkRoutes(database, taskDesks).routes(),
                        new QueueRoutes(database, taskDesks).routes(),
                        new MessageRoutes(messages, clock).routes(),
                        new MessageGroupRoutes(messages).routes(),
                        List.of(MessageSockets.route(messages, keyCheck::caller, SocketLimits.USUAL)),
                        new AlertRoutes(database, clock).routes(),
                        new AlertRuleRoutes(database, notifiers).routes(),
                        new NotifierRoutes(database, notifiers).routes(),
                        new RecoveryRoutes(database).routes(),
                        new SloRoutes(database).routes(),
                        new AnomalyRoutes(database, clock).routes(),
                        new ForecastRoutes(database, clock).routes(),
                        new AdviceRoutes(database).routes(),
                        new KeyRoutes(keys, keyCheck, node, clock).routes())
                .flatMap(List::stream)
                .toList();
    }
}
