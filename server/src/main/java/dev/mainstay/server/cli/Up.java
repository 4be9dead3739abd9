package dev.mainstay.server.cli;

import dev.mainstay.server.Launch;
import dev.mainstay.server.Server;
import dev.mainstay.server.config.ConfigSources;
import dev.mainstay.server.log.Logging;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jline.utils.Signals;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `mainstay up`. Not thread-safe.
@Command(
        name = "up",
        description = "Starts Mainstay: PostgreSQL, the fleet, the API and the dashboard.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  mainstay up --demo             with demonstration agents",
            "  mainstay up --detach           in the background; `mainstay down` stops it",
            "  mainstay up --join             one more node beside the one that runs in .mainstay",
            "  mainstay up --config ops.yml --port 8080"
        })
final class Up implements Callable<Integer> {
    /// The last line that is said, by which the process that waits in the background knows.
    static final String READY = "  stop it";

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "The settings; else MAINSTAY_CONFIG, else ./mainstay.yml.")
    private @Nullable Path config;

    @Option(names = "--data", paramLabel = "FOLDER", description = "The data folder; .mainstay by default.")
    private @Nullable String data;

    @Option(
            names = "--port",
            paramLabel = "PORT",
            description = "Where the API and the dashboard answer; 7070 by default.")
    private @Nullable Integer port;

    @Option(names = "--node", paramLabel = "NAME", description = "What this node is called.")
    private @Nullable String node;

    @Option(
            names = "--join",
            arity = "0..1",
            fallbackValue = "",
            paramLabel = "FOLDER",
            description =
                    "Join the Mainstay that owns this data folder (.mainstay by default), or that of database.url.")
    private @Nullable String join;

    @Option(names = "--demo", description = "Also run the demonstration agents.")
    private boolean demo;

    @Option(names = "--detach", description = "Run in the background; returns when it is ready.")
    private boolean detach;

    @Option(names = Detached.FLAG, hidden = true)
    private boolean detached;

    @Override
    public Integer call() throws IOException, InterruptedException {
        var sources = sources();
        if (detach) {
            sources.read();
            return new Detached(spec).start();
        }
        return run(sources);
    }

    private ConfigSources sources() {
        var environment = Main.environment(spec);
        var sources = new ConfigSources(
                Optional.ofNullable(config), ConfigSources.of(environment).flags(), environment);
        if (data != null) {
            sources = sources.with("data", data, "--data");
        }
        if (join != null && !join.isEmpty()) {
            sources = sources.with("data", join, "--join");
        }
        if (port != null) {
            sources = sources.with("server.port", port, "--port");
        }
        return node == null ? sources : sources.with("node.name", node, "--node");
    }

    private int run(ConfigSources sources) throws IOException, InterruptedException {
        var stop = new CountDownLatch(1);
        listenToSignals(stop);
        if (detached) {
            Logging.toStderr(Logging.Talk.WARNINGS);
        }
        var launch = Launch.check(sources, join != null, demo);
        try (var server = Server.start(launch, Version.read())) {
            announce(server);
            if (detached) {
                Logging.toStderr(Logging.Talk.NOTHING); // nobody reads it any more
            }
            stop.await();
            say("mainstay: stopping; once more to stop at once");
        }
        return ExitCode.OK;
    }

    /// The first signal asks to stop, the second one does not wait for it.
    private void listenToSignals(CountDownLatch stop) {
        Runnable asked = () -> {
            if (stop.getCount() == 0) {
                Runtime.getRuntime().halt(130);
            }
            stop.countDown();
        };
        Signals.register("INT", asked);
        Signals.register("TERM", asked);
        Signals.register("HUP", detached ? () -> {} : asked);
    }

    private void announce(Server server) throws IOException {
        var out = spec.commandLine().getOut();
        out.println("Mainstay " + Version.read() + " runs as node " + server.node() + ".");
        var link = server.firstToken().map(token -> "/#token=" + token.reveal()).orElse("");
        out.println("  dashboard  " + server.address() + (link.isEmpty() ? "" : link));
        if (!link.isEmpty()) {
            out.println("             (shown once; the key is kept in "
                    + server.folder().resolve("admin-token") + ")");
        }
        out.println("  data       " + server.folder());
        var down = down(server.node());
        out.println(READY + "    " + (detached ? down : "Ctrl-C, or `" + down + "` from elsewhere"));
        out.flush();
    }

    /// The command that stops this very node, typed in the same folder.
    private String down(String name) {
        var folder = join != null && !join.isEmpty() ? join : data;
        return "mainstay down" + (folder == null ? "" : " --data " + folder) + (join == null ? "" : " --node " + name);
    }

    private void say(String words) {
        spec.commandLine().getErr().println(words);
        spec.commandLine().getErr().flush();
    }
}
