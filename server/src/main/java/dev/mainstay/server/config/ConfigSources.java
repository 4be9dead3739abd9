package dev.mainstay.server.config;

import dev.mainstay.agent.AgentKind;
import dev.mainstay.agent.AgentSpec;
import dev.mainstay.alert.BuiltinRules;
import dev.mainstay.alert.NotifierKind;
import dev.mainstay.config.ConfigException;
import dev.mainstay.config.DefaultLayer;
import dev.mainstay.config.EnvironmentLayer;
import dev.mainstay.config.Origin;
import dev.mainstay.config.Problem;
import dev.mainstay.config.Problems;
import dev.mainstay.config.RecordBinder;
import dev.mainstay.config.Setting;
import dev.mainstay.config.Setting.Branch;
import dev.mainstay.config.YamlSettings;
import dev.mainstay.recovery.AnsweredRules;
import dev.mainstay.recovery.RecoveryPlan;
import dev.mainstay.schedule.NewSchedule;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// Where settings come from: flags over the environment over the file over defaults. Immutable and thread-safe.
///
/// @param file the file named with `--config`; empty takes `MAINSTAY_CONFIG`, else `mainstay.yml` where there is one
/// @param flags what was given on the command line, with origins such as `flag --port`
public record ConfigSources(Optional<Path> file, Setting flags, Map<String, String> environment) {
    public static final String FILE = "mainstay.yml";
    public static final String FILE_VARIABLE = "MAINSTAY_CONFIG";
    /// Variables that are read, but are no settings.
    private static final Set<String> OTHER_VARIABLES =
            Set.of(FILE_VARIABLE, "MAINSTAY_TOKEN", "MAINSTAY_SERVER_URL", "MAINSTAY_JAVA_OPTIONS", "MAINSTAY_HOME");

    /// The settings as they apply, and as they were written.
    ///
    /// @param written without defaults, each value with its origin
    public record Read(MainstayConfig config, Setting written) {
        /// Every value that applies with its origin.
        public Setting shown() {
            return DefaultLayer.under(MainstayConfig.class, written);
        }
    }

    public static ConfigSources of(Map<String, String> environment) {
        return new ConfigSources(Optional.empty(), Branch.empty(new Origin("flags")), environment);
    }

    /// These sources with one flag more.
    public ConfigSources with(String key, Object value, String flag) {
        return new ConfigSources(
                file, flags.overlay(Setting.at(key, Setting.of(value, Origin.flag(flag)))), environment);
    }

    /// The file that is read, if any.
    public Optional<Path> found() {
        return file.or(() -> Optional.ofNullable(environment.get(FILE_VARIABLE))
                        .filter(name -> !name.isBlank())
                        .map(Path::of))
                .or(() -> Optional.of(Path.of(FILE)).filter(Files::exists));
    }

    /// All settings as they were written, laid over one another.
    public Setting written() {
        Setting fromFile = found().map(YamlSettings::read).orElseGet(() -> Branch.empty(new Origin(FILE)));
        return fromFile.overlay(EnvironmentLayer.of(MainstayConfig.class, environment, OTHER_VARIABLES))
                .overlay(flags);
    }

    /// What applies, without a look at kinds or secrets: enough to show it.
    public Read read() {
        var written = written();
        return new Read(binder().leavingSecretsUnread().bind(MainstayConfig.class, written), written);
    }

    /// What applies, checked as a whole: everything that is wrong comes in one [ConfigException].
    ///
    /// @param kinds what agents can be declared as
    /// @param notifierKinds what notifiers can be declared as
    /// @param taken ids that the program gives itself
    public Checked check(
            Map<String, AgentKind<?>> kinds, Map<String, NotifierKind<?>> notifierKinds, Set<String> taken) {
        var problems = new Problems();
        var written = written();
        var config = problems.collect(() -> binder().bind(MainstayConfig.class, written));
        var agents = new DeclaredAgents(binder(), kinds, problems).read(written);
        for (var agent : agents) {
            if (taken.contains(agent.id())) {
                problems.add(DeclaredAgents.taken(agent.id(), origin(written, "agents", agent.id())));
            }
        }
        var schedules = schedules(config, written, problems);
        slos(config, written, problems);
        var alerts = config.map(found -> DeclaredAlerts.read(found, written, binder(), notifierKinds, problems))
                .orElseGet(DeclaredAlerts::none);
        var recovery = recovery(config, written, problems);
        config.filter(found -> found.database().url() != null).ifPresent(found -> checkDatabase(found, problems));
        problems.throwIfAny();
        return new Checked(config.orElseThrow(), agents, schedules, alerts, recovery);
    }

    private static List<NewSchedule> schedules(Optional<MainstayConfig> config, Setting written, Problems problems) {
        var plans = new ArrayList<NewSchedule>();
        config.map(MainstayConfig::schedules).orElse(Map.of()).forEach((name, settings) -> {
            var key = "schedules." + name;
            try {
                plans.add(settings.plan(name));
            } catch (IllegalArgumentException e) {
                problems.add(new Problem(origin(written, "schedules", name), key, key + ": " + e.getMessage()));
            }
        });
        return plans;
    }

    private static void slos(Optional<MainstayConfig> config, Setting written, Problems problems) {
        config.map(MainstayConfig::slos).orElse(Map.of()).forEach((name, settings) -> {
            var key = "slos." + name;
            try {
                settings.slo(name);
            } catch (IllegalArgumentException e) {
                problems.add(new Problem(origin(written, "slos", name), key, key + ": " + e.getMessage()));
            }
        });
    }

    private static RecoveryPlan recovery(Optional<MainstayConfig> config, Setting written, Problems problems) {
        var rules = new TreeSet<String>();
        BuiltinRules.all().forEach(rule -> rules.add(rule.name()));
        written.at("alerts.rules").ifPresent(all -> {
            if (all instanceof Branch branch) {
                rules.addAll(branch.entries().keySet());
            }
        });
        var before = problems.count();
        var answered = new AnsweredRules();
        config.map(found -> found.recovery().playbooks()).orElse(Map.of()).forEach((cause, playbook) -> {
            var key = "recovery.playbooks." + cause;
            var origin = origin(written, "recovery.playbooks", cause);
            try {
                answered.take(
                                config.orElseThrow().recovery().playbook(cause, playbook, rules),
                                key + " (" + origin + ")")
                        .ifPresent(wrong -> problems.add(new Problem(origin, key, key + ": " + wrong)));
            } catch (IllegalArgumentException e) {
                problems.add(new Problem(origin, key, key + ": " + e.getMessage()));
            }
        });
        return problems.count() > before || config.isEmpty()
                ? RecoveryPlan.DEFAULT
                : config.get().recovery().plan(rules);
    }

    private static void checkDatabase(MainstayConfig config, Problems problems) {
        try {
            config.database().toConfig("node");
        } catch (IllegalArgumentException e) {
            problems.collect(() -> {
                throw refused("database", e);
            });
        }
    }

    /// Settings that can be started from.
    public record Checked(
            MainstayConfig config,
            List<AgentSpec> agents,
            List<NewSchedule> schedules,
            DeclaredAlerts alerts,
            RecoveryPlan recovery) {}

    private RecordBinder binder() {
        return new RecordBinder(environment);
    }

    private static Origin origin(Setting written, String section, String name) {
        return written.at(section)
                .map(all -> all instanceof Branch branch ? branch.entries().get(name) : all)
                .map(Setting::origin)
                .orElseGet(() -> new Origin(FILE));
    }

    /// A problem of the settings that only shows when they are used.
    public static ConfigException refused(String key, IllegalArgumentException refusal) {
        return new ConfigException(new Problem(new Origin("settings"), key, String.valueOf(refusal.getMessage())));
    }
}
