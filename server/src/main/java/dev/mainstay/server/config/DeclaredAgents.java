package dev.mainstay.server.config;

import dev.mainstay.agent.AgentKind;
import dev.mainstay.agent.AgentSpec;
import dev.mainstay.agent.SupervisionGroup;
import dev.mainstay.config.ConfigReference;
import dev.mainstay.config.Origin;
import dev.mainstay.config.Problem;
import dev.mainstay.config.Problems;
import dev.mainstay.config.RecordBinder;
import dev.mainstay.config.Setting;
import dev.mainstay.config.Setting.Branch;
import dev.mainstay.config.Setting.Scalar;
import dev.mainstay.config.Suggestions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Turns the section `agents` into specifications, each checked against its kind before anything starts.
///
/// Not thread-safe: used once, by whoever reads the settings.
final class DeclaredAgents {
    private final RecordBinder binder;
    private final Map<String, AgentKind<?>> kinds;
    private final Problems problems;

    DeclaredAgents(RecordBinder binder, Map<String, AgentKind<?>> kinds, Problems problems) {
        this.binder = binder;
        this.kinds = kinds;
        this.problems = problems;
    }

    /// The agents of the whole settings. Those whose own keys are wrong are left out; binding the whole
    /// has told of these.
    List<AgentSpec> read(Setting whole) {
        var specs = new ArrayList<AgentSpec>();
        if (whole.at("agents").orElse(whole) instanceof Branch agents
                && whole.at("agents").isPresent()) {
            agents.entries()
                    .forEach((id, written) -> bound(id, written)
                            .ifPresentOrElse(
                                    settings -> spec(id, written, settings).ifPresent(specs::add),
                                    () -> checkKindAlone(id, written)));
        }
        return specs;
    }

    /// What belongs to the kind is looked at also when the keys of all agents are wrong.
    private void checkKindAlone(String id, Setting written) {
        if (written instanceof Branch branch
                && branch.entries().get("kind") instanceof Scalar kind
                && kinds.containsKey(kind.text())) {
            var rest = new LinkedHashMap<>(branch.entries());
            rest.keySet().removeAll(ConfigReference.keys(AgentSettings.class));
            checkKind(id, written, kind.text(), new Branch(branch.origin(), rest));
        }
    }

    private Optional<AgentSettings> bound(String id, Setting written) {
        return new Problems().collect(() -> binder.bind(AgentSettings.class, written, key(id)));
    }

    private Optional<AgentSpec> spec(String id, Setting written, AgentSettings settings) {
        var before = problems.count();
        checkKind(id, written, settings.kind(), settings.settings());
        try {
            var spec = make(id, settings);
            return problems.count() > before ? Optional.empty() : Optional.of(spec);
        } catch (IllegalArgumentException e) {
            problems.add(new Problem(written.origin(), key(id), key(id) + ": " + e.getMessage()));
            return Optional.empty();
        }
    }

    private void checkKind(String id, Setting written, String name, Setting settings) {
        var kind = kinds.get(name);
        if (kind != null) {
            problems.collect(() -> binder.bind(
                    kind.settings(),
                    NodePlaceholders.possible().fill(settings, key(id)),
                    key(id),
                    ConfigReference.keys(AgentSettings.class)));
            return;
        }
        unknownKind(id, written, name);
    }

    private void unknownKind(String id, Setting written, String name) {
        var origin = written.at("kind").map(Setting::origin).orElse(written.origin());
        var hint = Suggestions.closest(name, kinds.keySet())
                .map(word -> "; did you mean \"" + word + "\"?")
                .orElse("");
        problems.add(new Problem(
                origin,
                key(id) + ".kind",
                key(id) + ".kind: there is no kind \"" + name + "\"" + hint + "; known are " + known()));
    }

    private String known() {
        return kinds.isEmpty()
                ? "none"
                : String.join(", ", kinds.keySet().stream().sorted().toList());
    }

    private static AgentSpec make(String id, AgentSettings settings) {
        var builder = AgentSpec.builder(id)
                .kind(settings.kind())
                .category(settings.category())
                .description(settings.description())
                .capabilities(settings.capabilities())
                .dataSources(settings.dataSources())
                .schedule(settings.schedule())
                .restart(settings.restart().toPolicy())
                .settings(plain(settings.settings()));
        if (settings.deadline() != null) {
            builder.deadline(settings.deadline());
        }
        if (settings.heartbeat() != null) {
            builder.heartbeat(settings.heartbeat());
        }
        settings.group()
                .ifPresent(
                        group -> builder.group(new SupervisionGroup(group.name(), group.strategy(), group.position())));
        return builder.build();
    }

    /// A key without a value says nothing, so nothing is stored.
    private static Map<String, Object> plain(Setting settings) {
        var plain = new LinkedHashMap<String, Object>();
        if (settings instanceof Branch branch) {
            branch.entries().forEach((key, setting) -> {
                var value = setting.toPlain();
                if (value != null) {
                    plain.put(key, value);
                }
            });
        }
        return plain;
    }

    private static String key(String id) {
        return "agents." + id;
    }

    /// The problem of an agent that is given by the program and declared in the file too.
    static Problem taken(String id, Origin origin) {
        return new Problem(
                origin, key(id), key(id) + ": an agent of this id comes with Mainstay; give this one another id");
    }
}
