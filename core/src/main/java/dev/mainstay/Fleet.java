package dev.mainstay;

import dev.mainstay.agent.AgentDeclaration;
import dev.mainstay.agent.AgentFactory;
import dev.mainstay.agent.AgentHost;
import dev.mainstay.agent.AgentKinds;
import dev.mainstay.agent.AgentRegistry;
import dev.mainstay.agent.AgentSource;
import dev.mainstay.agent.AgentSpec;
import dev.mainstay.agent.OutsideAgents;
import dev.mainstay.agent.UndeclaredAgents;
import dev.mainstay.alert.AlertDesk;
import dev.mainstay.alert.AlertEngine;
import dev.mainstay.alert.AlertHistory;
import dev.mainstay.alert.DeclaredRules;
import dev.mainstay.alert.ForecastRound;
import dev.mainstay.alert.NotificationSender;
import dev.mainstay.alert.NotifierDesk;
import dev.mainstay.anomaly.watch.AnomalyWatch;
import dev.mainstay.cluster.DatabaseClock;
import dev.mainstay.cluster.Duty;
import dev.mainstay.cluster.DutyLease;
import dev.mainstay.cluster.Node;
import dev.mainstay.cluster.NodeIdentity;
import dev.mainstay.concurrent.MonotonicClock;
import dev.mainstay.concurrent.TimerWheel;
import dev.mainstay.health.HealthEvaluator;
import dev.mainstay.health.Liveness;
import dev.mainstay.message.MessageBus;
import dev.mainstay.message.MessageHost;
import dev.mainstay.message.MessageTransport;
import dev.mainstay.message.PostgresTransport;
import dev.mainstay.postgres.Database;
import dev.mainstay.postgres.Partitions;
import dev.mainstay.postgres.Signals;
import dev.mainstay.schedule.DeclaredSchedules;
import dev.mainstay.schedule.Scheduler;
import dev.mainstay.schedule.Schedules;
import dev.mainstay.slo.DeclaredSlos;
import dev.mainstay.slo.SloMonitor;
import dev.mainstay.state.SharedState;
import dev.mainstay.task.TaskDesks;
import dev.mainstay.task.TaskHost;
import dev.mainstay.task.TaskQueue;
import dev.mainstay.task.TaskTopics;
import dev.mainstay.task.TaskUpkeep;
import dev.mainstay.task.Workers;
import dev.mainstay.telemetry.Rollup;
import dev.mainstay.telemetry.Telemetry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/// A supervised fleet of agents on PostgreSQL: what an embedder builds, starts and closes, and the composition root of
/// the engine.
///
/// Several processes with the same database share the agents. Thread-safe.
public final class Fleet implements AutoCloseable {
    private static final Duration STOP_BOUND = Duration.ofSeconds(30);
    private static final Duration OUTSIDE_PERIOD = Duration.ofSeconds(2);
    private static final Duration RETENTION_PERIOD = Duration.ofHours(1);
    private static final String ALERTS = "alerts";
    private static final String NOTIFICATIONS = "notifications";
    private static final String ASSIGNMENTS = "assignments";
    private static final String PLACEMENT = "placement";
    private static final String SCHEDULES = Schedules.TOPIC;
    private static final Duration TASKS_PERIOD = Duration.ofSeconds(1);

    private final UUID organization;
    private final Database database;
    private final boolean ownsDatabase;
    private final AgentKinds kinds;
    private final TimerWheel wheel;
    private final DatabaseClock clock;
    private final Telemetry telemetry;
    private final Signals signals;
    private final SharedState state;
    private final AgentHost host;
    private final AgentRegistry registry;
    private final Workers workers;
    private final TaskHost taskHost;
    private final TaskUpkeep upkeep;
    private final TaskQueue tasks;
    private final Scheduler scheduler;
    private final Schedules schedules;
    private final MessageHost messages;
    private final NotifierDesk notifiers;
    private final Node node;

    Fleet(FleetBuilder builder, Database database, boolean ownsDatabase) {
        this.organization = builder.organization();
        this.database = database;
        this.ownsDatabase = ownsDatabase;
        this.kinds = builder.kinds();
        MonotonicClock monotonic = MonotonicClock.system();
        new Partitions(database).makeAhead();
        this.clock = new DatabaseClock(monotonic, database.now());
        this.wheel = TimerWheel.start(monotonic);
        this.telemetry = Telemetry.start(database);
        this.signals = Signals.start(database);
        this.state = SharedState.of(database, organization, builder.node(), signals);
        this.workers = builder.workers();
        this.taskHost = taskHost(builder, monotonic);
        this.tasks = new TaskQueue(
                database, organization, taskHost, () -> signals.notify(TaskTopics.CLAIMABLE), this::queuesChanged);
        this.messages = messageHost(builder, monotonic);
        this.host = agentHost(builder, monotonic);
        this.upkeep = new TaskUpkeep(database, this::tasksEnqueued);
        this.scheduler = new Scheduler(database, wheel, monotonic, this::tasksEnqueued);
        this.schedules = Schedules.of(
                database,
                organization,
                "node:" + builder.node(),
                new Schedules.Told(this::schedulesChanged, this::tasksEnqueued));
        this.registry = new AgentRegistry(database, organization);
        this.notifiers = new NotifierDesk(builder.alerts().notifiers(), monotonic);
        try {
            declare(builder);
            this.node = join(builder, monotonic);
        } catch (RuntimeException e) {
            closeEngine();
            throw e;
        }
        taskHost.trustedBy(node::isTrusted);
        taskHost.onTypesChanged(node::reassigned);
        scheduler.wokenBy(() -> node.wake(SCHEDULES));
        signals.on(SCHEDULES, () -> node.wake(SCHEDULES));
        signals.on(TaskTopics.CLAIMABLE, taskHost::hintAll);
        signals.on(TaskTopics.ROOM, taskHost::hintLimited);
        signals.on(TaskTopics.QUEUES, taskHost::queuesChanged);
        signals.on(ASSIGNMENTS, node::reassigned);
        signals.on(PLACEMENT, node::placementNeeded);
        signals.notify(PLACEMENT);
    }

    private Node join(FleetBuilder builder, MonotonicClock monotonic) {
        return Node.start(
                database,
                identity(builder),
                monotonic,
                clock,
                wheel,
                host,
                List.of(taskHost, messages),
                duties(builder),
                () -> signals.notify(ASSIGNMENTS),
                this::freeWhatTheDeadHeld);
    }

    private AgentHost agentHost(FleetBuilder builder, MonotonicClock monotonic) {
        return new AgentHost.Builder(
                        builder.node(),
                        kinds,
                        database,
                        wheel,
                        monotonic,
                        clock,
                        telemetry,
                        state,
                        taskHost,
                        tasks,
                        messages,
                        () -> signals.notify(PLACEMENT))
                .start();
    }

    private TaskHost taskHost(FleetBuilder builder, MonotonicClock monotonic) {
        return new TaskHost.Builder(
                        builder.node(),
                        workers,
                        builder.taskCapacity(),
                        database,
                        wheel,
                        monotonic,
                        clock,
                        telemetry,
                        signals::notify)
                .start();
    }

    private MessageHost messageHost(FleetBuilder builder, MonotonicClock monotonic) {
        MessageTransport given = builder.messages();
        MessageHost started = given == null
                ? new MessageHost(new PostgresTransport(database, signals), wheel, monotonic, clock)
                : MessageHost.elsewhere(given, database, wheel, monotonic, clock);
        started.reportTo(telemetry);
        return started;
    }

    private void freeWhatTheDeadHeld() {
        upkeep.round();
        messages.round();
    }

    /// What stands already when the fleet cannot be started.
    private void closeEngine() {
        taskHost.stop(Duration.ZERO);
        host.close();
        closeShared();
    }

    private void closeShared() {
        messages.close();
        telemetry.close();
        signals.close();
        wheel.close();
    }

    private void declare(FleetBuilder builder) {
        List<String> ofFile = builder.declarations().values().stream()
                .filter(declaration -> declaration.source() == AgentSource.FILE)
                .map(declaration -> declaration.spec().id())
                .toList();
        UndeclaredAgents undeclared = new UndeclaredAgents(database, organization, builder.node());
        undeclared.bringBack(ofFile);
        host.declare(builder.declarations().values());
        undeclared.retire(ofFile);
        new DeclaredSchedules(database, organization, builder.node()).declare(builder.schedules());
        new DeclaredRules(database, organization).declare(builder.alerts().rules());
        new DeclaredSlos(database, organization).declare(builder.slos());
    }

    public static FleetBuilder builder() {
        return new FleetBuilder();
    }

    private NodeIdentity identity(FleetBuilder builder) {
        return new NodeIdentity(
                builder.node(), builder.hostName(), builder.address(), builder.version(), kinds::names, workers::types);
    }

    private List<Duty> duties(FleetBuilder builder) {
        Rollup rollup = new Rollup(database);
        Partitions partitions = new Partitions(database);
        OutsideAgents outside = new OutsideAgents(database);
        Liveness liveness = new Liveness(database);
        SloMonitor slos = new SloMonitor(database);
        AlertEngine alerts = new AlertEngine(
                database, builder.alerts().routes(), () -> node.wake(NOTIFICATIONS), () -> node.databaseSlowness());
        ForecastRound forecasts = new ForecastRound(database);
        NotificationSender sender =
                new NotificationSender(database, builder.alerts().notifiers());
        List<Duty> duties = new ArrayList<>(List.of(
                new Duty(
                        "liveness", Liveness.PERIOD, lease -> liveness.round(lease.term(), lease::check), Liveness.DUE),
                alerts(builder, alerts),
                new Duty("forecasts", ForecastRound.PERIOD, lease -> forecasts.round(lease::check), ForecastRound.DUE),
                new Duty(NOTIFICATIONS, NotificationSender.PERIOD, lease -> sender.round(), NotificationSender.DUE),
                new Duty("outside", OUTSIDE_PERIOD, lease -> outside.expireSilent(lease::check), OutsideAgents.DUE),
                new Duty("tasks", TASKS_PERIOD, lease -> upkeep.round(), TaskUpkeep.DUE),
                new Duty(SCHEDULES, Scheduler.PERIOD, lease -> scheduler.round(lease::check), Scheduler.DUE),
                new Duty("messages", TASKS_PERIOD, lease -> messages.round(), messages.due()),
                new Duty("slos", SloMonitor.PERIOD, lease -> slos.round(lease::check), SloMonitor.DUE),
                new Duty("rollup", Duration.ofSeconds(10), lease -> rollup.round(lease::check), Rollup.DUE),
                new Duty("retention", RETENTION_PERIOD, lease -> {
                    partitions.maintain(builder.retention(), lease::check);
                    HealthEvaluator.forget(database, builder.retention().metrics(), lease::check);
                    scheduler.forget(builder.retention().tasks(), lease::check);
                    upkeep.forget(builder.retention().tasks(), lease::check);
                    AlertHistory.forget(database, builder.retention().alerts(), lease::check);
                    database.control(handle -> forgetProcesses(handle, lease));
                })));
        if (builder.anomalies().enabled()) {
            AnomalyWatch watch = new AnomalyWatch(database, builder.anomalies());
            duties.add(
                    new Duty("anomalies", AnomalyWatch.PERIOD, lease -> watch.round(lease::check), AnomalyWatch.DUE));
        }
        return duties;
    }

    private static Duty alerts(FleetBuilder builder, AlertEngine alerts) {
        return builder.alerts()
                .watchdog(MonotonicClock.system())
                .map(watchdog -> new Duty(
                        ALERTS,
                        AlertEngine.PERIOD,
                        lease -> {
                            alerts.round(lease::check);
                            watchdog.roundSucceeded();
                        },
                        () -> watchdog.due(alerts.due())))
                .orElseGet(
                        () -> new Duty(ALERTS, AlertEngine.PERIOD, lease -> alerts.round(lease::check), alerts::due));
    }

    /// Tasks were enqueued by a statement that told nobody.
    private void tasksEnqueued() {
        taskHost.hintAll();
        signals.notify(TaskTopics.CLAIMABLE);
    }

    /// Through the database, so that the node that leads looks, also when that is this one.
    private void schedulesChanged() {
        signals.notify(SCHEDULES);
        scheduler.wake();
    }

    private void queuesChanged() {
        taskHost.queuesChanged();
        signals.notify(TaskTopics.QUEUES);
    }

    /// Rows of processes long gone, which nothing reads any more.
    private static int forgetProcesses(Handle handle, DutyLease lease) {
        lease.check(handle);
        return handle.execute("DELETE FROM node_sessions WHERE ended_at < now() - interval '7 days'")
                + handle.execute("DELETE FROM outside_workers WHERE present_until < now() - interval '7 days'")
                + handle.execute("DELETE FROM telemetry_flushes WHERE flushed_at < now() - interval '1 day'");
    }

    public UUID organization() {
        return organization;
    }

    public Database database() {
        return database;
    }

    /// The database's time.
    public InstantSource clock() {
        return clock;
    }

    public Telemetry telemetry() {
        return telemetry;
    }

    public Signals signals() {
        return signals;
    }

    public SharedState state() {
        return state;
    }

    public AgentRegistry agents() {
        return registry;
    }

    /// Where requests, of any organization, enqueue and command tasks.
    public TaskDesks taskDesks() {
        return new TaskDesks(database, clock, this::tasksEnqueued, this::queuesChanged);
    }

    /// Where tasks are enqueued.
    public TaskQueue tasks() {
        return tasks;
    }

    /// What enqueues tasks when their time has come.
    public Schedules schedules() {
        return schedules;
    }

    /// Where alerts of this fleet's organization are read and answered.
    public AlertDesk alerts() {
        return new AlertDesk(database.api(organization));
    }

    /// The ways to tell people that this node has.
    public NotifierDesk notifiers() {
        return notifiers;
    }

    /// Messages of this fleet's organization.
    public MessageBus messages() {
        return messages.bus(organization);
    }

    /// Messages of any organization.
    public MessageBus messages(UUID ofOrganization) {
        return messages.bus(ofOrganization);
    }

    public TaskHost taskHost() {
        return taskHost;
    }

    public AgentKinds kinds() {
        return kinds;
    }

    public Node node() {
        return node;
    }

    /// Adds an agent of a known kind while the fleet runs.
    public void declare(AgentSpec spec, AgentSource source) {
        host.declare(List.of(new AgentDeclaration(organization, spec, source)));
        signals.notify(PLACEMENT);
    }

    /// Adds an agent given by code while the fleet runs; with the id of a slot, the slot becomes this agent.
    public void add(AgentSpec spec, AgentFactory factory) {
        kinds.add(spec.kind(), factory);
        node.offer();
        declare(spec, AgentSource.CODE);
    }

    /// Something was changed that the node running an agent should see without delay.
    public void assignmentsChanged() {
        signals.notify(ASSIGNMENTS);
        signals.notify(PLACEMENT);
        node.reassigned();
        node.placementNeeded();
    }

    /// Stops the agents in reverse order of start, stores what is still buffered, and leaves the other nodes.
    @Override
    public void close() {
        node.stop(STOP_BOUND);
        closeShared();
        if (ownsDatabase) {
            database.close();
        }
    }
}
