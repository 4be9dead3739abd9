package dev.mainstay.server;

import dev.mainstay.Fleet;
import dev.mainstay.FleetBuilder;
import dev.mainstay.agent.AgentKind;
import dev.mainstay.agent.AgentSource;
import dev.mainstay.agent.AgentSpec;
import dev.mainstay.agents.builtin.BuiltinAgents;
import dev.mainstay.agents.builtin.HostMonitor;
import dev.mainstay.agents.demo.DemoAgents;
import dev.mainstay.concurrent.MonotonicClock;
import dev.mainstay.config.ConfigReference;
import dev.mainstay.postgres.Database;
import dev.mainstay.postgres.embedded.DataFolder;
import dev.mainstay.schedule.ScheduleSource;
import dev.mainstay.server.auth.AdminToken;
import dev.mainstay.server.auth.KeyCheck;
import dev.mainstay.server.auth.KeyStore;
import dev.mainstay.server.auth.KeyToken;
import dev.mainstay.server.config.NodePlaceholders;
import dev.mainstay.server.http.Api;
import dev.mainstay.server.http.HttpConfig;
import dev.mainstay.server.http.HttpServer;
import dev.mainstay.server.http.KindView;
import dev.mainstay.server.http.Meters;
import dev.mainstay.server.http.Route;
import dev.mainstay.server.log.Logging;
import dev.mainstay.server.stream.FleetWatches;
import dev.mainstay.server.stream.MessageStreams;
import dev.mainstay.server.web.WebAssets;
import dev.mainstay.task.OutsideWorkers;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.net.URI;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The program as a whole, the composition root: data folder, PostgreSQL, fleet, HTTP, in this order, and closed in
/// reverse. Thread-safe once started.
public final class Server implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Server.class);

    private final Opened opened;
    private final Path folder;
    private final Fleet fleet;
    private final HttpServer http;
    private final Optional<KeyToken> firstToken;

    private Server(Launch launch, String version, Opened opened) {
        this.opened = opened;
        opened.add(launch.plugins());
        var config = launch.config();
        if (!launch.joins()) {
            // The same Mainstay twice is told as that, and not as the port that it has too.
            DataFolder.requireFree(config.data());
        }
        var entrance =
                opened.add(Entrance.open(config.server().host(), config.server().port(), launch.portIsFixed()));
        var node = nodeName(launch);
        var dataFolder =
                opened.add(DataFolder.open(launch.joins() ? NodeName.folder(config.data(), node) : config.data()));
        this.folder = dataFolder.path();
        opened.add(Logging.into(folder));
        var databaseConfig = Ground.prepare(launch, node, dataFolder, opened);
        var database = opened.add(Ground.open(databaseConfig, config.database().url() == null));
        var listening = new HttpConfig(config.server().host(), entrance.socket().getLocalPort());
        this.fleet = opened.add(fleet(launch, node, database, listening, version)
                .placeholders(NodePlaceholders.of(node, listening.address(), folder))
                .start());
        opened.add(HostMonitor.start(fleet, folder));
        var keys = new KeyStore(database);
        this.http = serve(launch, listening, entrance, keys);
        this.firstToken = AdminToken.onFirstStart(keys, folder);
        dataFolder.publish(http.address());
        LOG.atInfo()
                .addKeyValue("node", node)
                .addKeyValue("address", http.address())
                .log("Mainstay {} is ready", version);
    }

    /// Returns when the API answers; when something cannot be started, everything before it is closed again.
    public static Server start(Launch launch, String version) {
        var opened = new Opened();
        try {
            return new Server(launch, version, opened);
        } catch (RuntimeException | LinkageError e) {
            opened.close();
            throw e;
        }
    }

    private static String nodeName(Launch launch) {
        var given = launch.config().node().name();
        if (given != null) {
            return given;
        }
        var data = launch.config().data();
        return launch.joins() ? NodeName.joining(data) : NodeName.of(data);
    }

    private static FleetBuilder fleet(
            Launch launch, String node, Database database, HttpConfig listening, String version) {
        var builder = Fleet.builder()
                .database(database)
                .node(node)
                .hostName(NodeName.host())
                .address(listening.address(NodeName.host()).toString())
                .version(version)
                .retention(launch.config().retention().toRetention())
                .anomalies(launch.config().anomalies());
        var config = launch.config();
        config.messages().open(config.retention().messages()).ifPresent(builder::messages);
        launch.plugins().kinds().values().forEach(builder::kind);
        launch.agents().forEach(agent -> builder.declare(agent, AgentSource.FILE));
        launch.schedules().forEach(plan -> builder.schedule(plan, ScheduleSource.FILE));
        config.slos().forEach((name, settings) -> builder.slo(settings.slo(name)));
        launch.alerts().addTo(builder);
        BuiltinAgents.addTo(builder, database, config.health(), launch.recovery());
        BuiltinAgents.addSlots(
                builder, launch.agents().stream().map(AgentSpec::id).collect(Collectors.toSet()));
        if (launch.demo()) {
            DemoAgents.addTo(builder);
        }
        return builder;
    }

    private HttpServer serve(Launch launch, HttpConfig listening, ServerSocketChannel entrance, KeyStore keys) {
        var database = fleet.database();
        var check = new KeyCheck(keys);
        var meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        var watches = FleetWatches.start(
                database, MonotonicClock.system(), fleet.node().identity().id());
        var workers = OutsideWorkers.start(database, fleet.signals(), fleet.telemetry(), fleet.clock());
        var messages = new MessageStreams(fleet::messages);
        opened.add(Meters.bind(meters, database, fleet.telemetry(), watches));
        var api = new Api(
                database,
                fleet.node().identity(),
                fleet.clock(),
                watches,
                keys,
                check,
                meters,
                this::nodeProblem,
                () -> kinds(launch),
                fleet.signals(),
                fleet.taskDesks(),
                fleet::assignmentsChanged,
                workers,
                fleet.notifiers(),
                messages);
        List<Route> routes = new ArrayList<>(api.routes());
        routes.addAll(WebAssets.load().routes());
        try {
            var server = opened.add(HttpServer.start(listening, entrance, check::caller, routes, meters));
            opened.add(watches); // its streams end first, or the server would wait for them
            opened.add(workers); // and so does who waits for tasks
            opened.add(messages); // and who follows messages
            return server;
        } catch (RuntimeException e) {
            watches.close();
            workers.close();
            throw e;
        }
    }

    private Optional<String> nodeProblem() {
        return fleet.node().isTrusted()
                ? Optional.empty()
                : Optional.of("this node has no live session with the database");
    }

    private static List<KindView> kinds(Launch launch) {
        return launch.plugins().kinds().values().stream()
                .sorted(Comparator.comparing(AgentKind::name))
                .map(kind -> new KindView(kind.name(), kind.description(), settings(kind)))
                .toList();
    }

    private static List<KindView.SettingView> settings(AgentKind<?> kind) {
        return ConfigReference.of(kind.settings()).stream()
                .map(entry -> new KindView.SettingView(
                        entry.key(), entry.type(), entry.required(), entry.fallback(), entry.doc()))
                .toList();
    }

    /// Where the dashboard and the API answer.
    public URI address() {
        return http.address();
    }

    /// The admin key, at the first start on a database.
    public Optional<KeyToken> firstToken() {
        return firstToken;
    }

    /// This node's own folder.
    public Path folder() {
        return folder;
    }

    public String node() {
        return fleet.node().identity().id();
    }

    /// Ends streams and requests, stops the agents in reverse order of their start, then the database.
    @Override
    public void close() {
        opened.close();
    }
}
