package dev.mainstay.server;

import dev.mainstay.agent.AgentSpec;
import dev.mainstay.agents.builtin.BuiltinAgents;
import dev.mainstay.agents.demo.DemoAgents;
import dev.mainstay.config.Setting;
import dev.mainstay.config.Setting.Scalar;
import dev.mainstay.recovery.RecoveryPlan;
import dev.mainstay.schedule.NewSchedule;
import dev.mainstay.server.config.ConfigSources;
import dev.mainstay.server.config.DeclaredAlerts;
import dev.mainstay.server.config.MainstayConfig;
import dev.mainstay.server.plugin.Plugins;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Everything a [Server] starts from, found right before anything is opened.
///
/// Immutable; the plug-ins belong to the server that is started from it.
///
/// @param agents those declared in the file
/// @param schedules those declared in the file
/// @param alerts what the file declares about alerts
/// @param recovery what healing may do
/// @param joins whether this is one more node beside the Mainstay that owns the data folder
/// @param portIsFixed whether another port may not be taken when this one is in use
/// @param demo whether the demonstration agents run too
public record Launch(
        MainstayConfig config,
        List<AgentSpec> agents,
        List<NewSchedule> schedules,
        DeclaredAlerts alerts,
        RecoveryPlan recovery,
        Plugins plugins,
        boolean joins,
        boolean portIsFixed,
        boolean demo) {

    /// Reads and checks everything: what is wrong comes in one exception, and nothing has been started.
    public static Launch check(ConfigSources sources, boolean joins, boolean demo) {
        var plugins = Plugins.load(pluginFolders(sources.written()));
        try {
            var checked = sources.check(plugins.kinds(), plugins.notifierKinds(), idsOfOurs(demo));
            var portIsFixed = !joins || sources.flags().at("server.port").isPresent();
            return new Launch(
                    checked.config(),
                    checked.agents(),
                    checked.schedules(),
                    checked.alerts(),
                    checked.recovery(),
                    plugins,
                    joins,
                    portIsFixed,
                    demo);
        } catch (RuntimeException e) {
            plugins.close();
            throw e;
        }
    }

    private static Set<String> idsOfOurs(boolean demo) {
        var ids = new HashSet<>(BuiltinAgents.IDS);
        if (demo) {
            ids.addAll(DemoAgents.IDS);
        }
        return ids;
    }

    /// The data folder is needed before all settings are known to be right, for they depend on the plug-ins in it.
    private static List<Path> pluginFolders(Setting written) {
        var data = written.at("data")
                .filter(setting -> setting instanceof Scalar scalar && scalar.value() != null)
                .map(setting -> ((Scalar) setting).text())
                .orElse(".mainstay");
        return pluginFolders(Path.of(data));
    }

    /// Where plug-in jars are looked for.
    public static List<Path> pluginFolders(Path dataFolder) {
        var folders = new LinkedHashSet<Path>();
        for (var folder : List.of(dataFolder.resolve("plugins"), Path.of("plugins"))) {
            folders.add(folder.toAbsolutePath().normalize());
        }
        return List.copyOf(folders);
    }
}
