package dev.mainstay;

import dev.mainstay.agent.AgentDeclaration;
import dev.mainstay.agent.AgentFactory;
import dev.mainstay.agent.AgentKind;
import dev.mainstay.agent.AgentKinds;
import dev.mainstay.agent.AgentSource;
import dev.mainstay.agent.AgentSpec;
import dev.mainstay.agent.AgentWork;
import dev.mainstay.agent.WorkResult;
import dev.mainstay.alert.AlertPlan;
import dev.mainstay.alert.AlertRule;
import dev.mainstay.alert.Notifier;
import dev.mainstay.alert.Route;
import dev.mainstay.alert.notify.WatchdogSettings;
import dev.mainstay.anomaly.watch.AnomalySettings;
import dev.mainstay.config.Origin;
import dev.mainstay.config.Placeholders;
import dev.mainstay.config.RecordBinder;
import dev.mainstay.config.Setting;
import dev.mainstay.message.MessageTransport;
import dev.mainstay.postgres.Database;
import dev.mainstay.postgres.DatabaseConfig;
import dev.mainstay.postgres.Organizations;
import dev.mainstay.postgres.Retention;
import dev.mainstay.schedule.DeclaredSchedules;
import dev.mainstay.schedule.NewSchedule;
import dev.mainstay.schedule.ScheduleSource;
import dev.mainstay.slo.Slo;
import dev.mainstay.task.TaskHandler;
import dev.mainstay.task.TaskType;
import dev.mainstay.task.TaskWork;
import dev.mainstay.task.Workers;
import dev.mainstay.telemetry.Severity;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Puts a [Fleet] together. Not thread-safe.
public final class FleetBuilder {
    private final AgentKinds kinds = new AgentKinds();
    private final Map<String, AgentDeclaration> declarations = new LinkedHashMap<>();
    private Map<String, String> environment = System.getenv();
    private Placeholders placeholders = Placeholders.NONE;
    private UUID organization = Organizations.DEFAULT;
    private String node = "node";
    private String hostName = "";
    private String address = "";
    private String version = "";
    private final Map<String, DeclaredSchedules.Declaration> schedules = new LinkedHashMap<>();
    private final Map<String, Slo> slos = new LinkedHashMap<>();
    private final AlertPlan alerts = new AlertPlan();
    private final Workers workers = new Workers();
    private int taskCapacity = 500;
    private Retention retention = Retention.DEFAULT;
    private AnomalySettings anomalies = AnomalySettings.DEFAULT;
    private @Nullable MessageTransport messages;
    private @Nullable Database database;
    private @Nullable DatabaseConfig databaseConfig;

    FleetBuilder() {}

    /// A database that stays open when the fleet closes.
    public FleetBuilder database(Database opened) {
        this.database = opened;
        return this;
    }

    /// A database the fleet opens, migrates and closes.
    public FleetBuilder database(DatabaseConfig config) {
        this.databaseConfig = config;
        return this;
    }

    /// Whose agents these are; a single team never has to say it.
    public FleetBuilder organization(UUID newOrganization) {
        this.organization = newOrganization;
        return this;
    }

    /// What this process is called among the others of the database.
    public FleetBuilder node(String name) {
        this.node = name;
        return this;
    }

    /// The machine this process runs on.
    public FleetBuilder hostName(String name) {
        this.hostName = name;
        return this;
    }

    /// Where this process's HTTP face answers.
    public FleetBuilder address(String newAddress) {
        this.address = newAddress;
        return this;
    }

    public FleetBuilder version(String newVersion) {
        this.version = newVersion;
        return this;
    }

    public FleetBuilder retention(Retention newRetention) {
        this.retention = newRetention;
        return this;
    }

    /// Which series are watched for the unusual, while this node does so for all.
    public FleetBuilder anomalies(AnomalySettings settings) {
        this.anomalies = settings;
        return this;
    }

    /// Where secrets given as `env:NAME` are looked up; the process's own environment by default.
    public FleetBuilder environment(Map<String, String> variables) {
        this.environment = Map.copyOf(variables);
        return this;
    }

    /// What `${node.…}` in the settings of agents stands for on this node.
    public FleetBuilder placeholders(Placeholders newPlaceholders) {
        this.placeholders = newPlaceholders;
        return this;
    }

    /// An agent in one lambda.
    public FleetBuilder agent(String id, Duration interval, AgentWork work) {
        return agent(AgentSpec.builder(id).every(interval).build(), spec -> context -> {
            work.run(context);
            return WorkResult.nothing();
        });
    }

    /// An agent given by code; it runs on the nodes that were started with it.
    public FleetBuilder agent(AgentSpec spec, AgentFactory factory) {
        kinds.add(spec.kind(), factory);
        return declare(spec, AgentSource.CODE);
    }

    /// A kind that declared agents can be of.
    public <S extends Record> FleetBuilder kind(AgentKind<S> kind) {
        kinds.add(kind.name(), spec -> kind.create(spec, settings(kind, spec)));
        return this;
    }

    private <S extends Record> S settings(AgentKind<S> kind, AgentSpec spec) {
        String key = "agents." + spec.id();
        Setting stored = placeholders.fill(Setting.of(spec.settings(), Origin.DATABASE), key);
        return new RecordBinder(environment).bind(kind.settings(), stored, key);
    }

    /// An agent of a kind that this or another node knows.
    public FleetBuilder declare(AgentSpec spec, AgentSource source) {
        AgentDeclaration earlier =
                declarations.putIfAbsent(spec.id(), new AgentDeclaration(organization, spec, source));
        if (earlier != null) {
            throw new MainstayException(
                    ErrorCode.AGENT_DUPLICATE,
                    "two agents are called " + spec.id() + " (kinds "
                            + earlier.spec().kind() + " and " + spec.kind() + "); give one another id");
        }
        return this;
    }

    /// Work on tasks of a type in one lambda: done when it returns, tried again when it throws.
    public <P> FleetBuilder worker(String type, Class<P> payload, TaskWork<P> work) {
        return worker(TaskType.of(type, payload), work.asHandler());
    }

    /// Work on tasks of a type.
    public <P> FleetBuilder worker(TaskType<P> type, TaskHandler<P> handler) {
        workers.add(type, handler);
        return this;
    }

    /// A schedule that is there after every start, and fires no more once it is declared no longer.
    public FleetBuilder schedule(NewSchedule plan) {
        return schedule(plan, ScheduleSource.CODE);
    }

    /// The same, for whoever declares it.
    public FleetBuilder schedule(NewSchedule plan, ScheduleSource source) {
        if (schedules.putIfAbsent(plan.name(), new DeclaredSchedules.Declaration(plan, source)) != null) {
            throw new MainstayException(
                    ErrorCode.SCHEDULE_EXISTS, "two schedules are called " + plan.name() + "; give one another name");
        }
        return this;
    }

    /// The notifier is told of alerts as grave as `from` or graver.
    public FleetBuilder notifyOn(Severity from, Notifier notifier) {
        alerts.notifyOn(from, notifier);
        return this;
    }

    /// What is worth an alert, beside the builtin rules; one of a builtin rule's name stands in its place.
    public FleetBuilder rule(AlertRule rule) {
        alerts.rule(rule);
        return this;
    }

    /// A way to tell people, by the name that routes and rules use.
    public FleetBuilder notifier(String name, Notifier notifier) {
        alerts.notifier(name, notifier);
        return this;
    }

    /// Who is told of what. Without any, the log is.
    public FleetBuilder route(Route route) {
        alerts.route(route);
        return this;
    }

    /// What an agent or a queue promises.
    public FleetBuilder slo(Slo slo) {
        if (slos.putIfAbsent(slo.name(), slo) != null) {
            throw new IllegalArgumentException("two SLOs are called " + slo.name() + "; give one another name");
        }
        return this;
    }

    /// An address outside that is called while alerts are looked for, so that its owner tells when that has ended.
    public FleetBuilder watchdog(WatchdogSettings settings) {
        alerts.watchdog(settings);
        return this;
    }

    /// How many tasks run at once on this node, 500 unless told otherwise.
    public FleetBuilder taskCapacity(int tasks) {
        if (tasks < 1) {
            throw new IllegalArgumentException("task capacity must be at least 1, was " + tasks);
        }
        this.taskCapacity = tasks;
        return this;
    }

    /// Keeps messages elsewhere than in the database; the fleet closes it.
    public FleetBuilder messages(MessageTransport transport) {
        this.messages = transport;
        return this;
    }

    /// A registered place for a future agent.
    public FleetBuilder slot(String id, String purpose) {
        return declare(AgentSpec.builder(id).kind("slot").description(purpose).build(), AgentSource.SLOT);
    }

    /// Opens what is needed and joins the other nodes; agents start as placement gives them to this one.
    public Fleet start() {
        Database given = database;
        if (given != null) {
            return new Fleet(this, given, false);
        }
        if (databaseConfig == null) {
            throw new IllegalStateException("a fleet needs a database: call database(…) before start()");
        }
        Database opened = Database.open(databaseConfig);
        try {
            return new Fleet(this, opened, true);
        } catch (RuntimeException e) {
            opened.close();
            throw e;
        }
    }

    Workers workers() {
        return workers;
    }

    int taskCapacity() {
        return taskCapacity;
    }

    Map<String, DeclaredSchedules.Declaration> schedules() {
        return schedules;
    }

    Collection<Slo> slos() {
        return slos.values();
    }

    AlertPlan alerts() {
        return alerts;
    }

    AgentKinds kinds() {
        return kinds;
    }

    Map<String, AgentDeclaration> declarations() {
        return declarations;
    }

    UUID organization() {
        return organization;
    }

    String node() {
        return node;
    }

    String hostName() {
        return hostName;
    }

    String address() {
        return address;
    }

    String version() {
        return version;
    }

    @Nullable
    MessageTransport messages() {
        return messages;
    }

    Retention retention() {
        return retention;
    }

    AnomalySettings anomalies() {
        return anomalies;
    }
}
