package dev.mainstay.server.config;

import dev.mainstay.FleetBuilder;
import dev.mainstay.alert.AlertEngine;
import dev.mainstay.alert.AlertRule;
import dev.mainstay.alert.Notifier;
import dev.mainstay.alert.NotifierKind;
import dev.mainstay.alert.Route;
import dev.mainstay.alert.notify.WatchdogSettings;
import dev.mainstay.config.ConfigReference;
import dev.mainstay.config.Origin;
import dev.mainstay.config.Problem;
import dev.mainstay.config.Problems;
import dev.mainstay.config.RecordBinder;
import dev.mainstay.config.Setting;
import dev.mainstay.config.Suggestions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/// What the sections `notifiers` and `alerts` declare, found right before anything starts. Immutable and thread-safe.
///
/// @param notifiers by name, still to be made
public record DeclaredAlerts(
        List<AlertRule> rules, List<Route> routes, Map<String, Made> notifiers, Optional<WatchdogSettings> watchdog) {
    public DeclaredAlerts {
        rules = List.copyOf(rules);
        routes = List.copyOf(routes);
        notifiers = Map.copyOf(notifiers);
    }

    /// A notifier that can be made.
    @FunctionalInterface
    public interface Made {
        /// Makes it.
        ///
        /// @throws dev.mainstay.MainstayException when its library is missing
        Notifier create();
    }

    /// Makes the notifiers, and gives all to a fleet.
    public void addTo(FleetBuilder builder) {
        notifiers.forEach((name, made) -> builder.notifier(name, made.create()));
        rules.forEach(builder::rule);
        routes.forEach(builder::route);
        watchdog.ifPresent(builder::watchdog);
    }

    static DeclaredAlerts none() {
        return new DeclaredAlerts(List.of(), List.of(), Map.of(), Optional.empty());
    }

    /// Reads both sections; what is wrong with them goes to `problems`.
    static DeclaredAlerts read(
            MainstayConfig config,
            Setting written,
            RecordBinder binder,
            Map<String, NotifierKind<?>> kinds,
            Problems problems) {
        Map<String, Made> notifiers = new LinkedHashMap<>();
        var names = new TreeSet<>(config.notifiers().keySet());
        config.notifiers().forEach((name, settings) -> {
            String key = "notifiers." + name;
            Origin origin = origin(written, key);
            NotifierKind<?> kind = kinds.get(settings.type());
            if (name.equals(AlertEngine.LOG)) {
                problems.add(new Problem(origin, key, key + ": one of this name is always there; give it another"));
            } else if (kind == null) {
                problems.add(new Problem(
                        origin,
                        key + ".type",
                        key + ".type: there is no type \"" + settings.type() + "\""
                                + Suggestions.didYouMeanOrKnown(settings.type(), kinds.keySet())));
            } else {
                problems.collect(() -> made(kind, settings.settings(), key, binder))
                        .ifPresent(made -> notifiers.put(name, made));
            }
        });
        names.add(AlertEngine.LOG);
        var declared = new Names(names, written, problems);
        return new DeclaredAlerts(
                rules(config, declared),
                routes(config, declared),
                notifiers,
                config.alerts().watchdog());
    }

    private static <S extends Record> Made made(
            NotifierKind<S> kind, Setting settings, String key, RecordBinder binder) {
        S bound = binder.bind(kind.settings(), settings, key, ConfigReference.keys(NotifierSettings.class));
        return () -> kind.create(bound);
    }

    private static List<AlertRule> rules(MainstayConfig config, Names names) {
        List<AlertRule> rules = new ArrayList<>();
        config.alerts().rules().forEach((name, settings) -> {
            String key = "alerts.rules." + name;
            try {
                rules.add(settings.rule(name));
                names.require(key + ".notifiers", settings.notifiers());
            } catch (IllegalArgumentException e) {
                names.refuse(key, String.valueOf(e.getMessage()));
            }
        });
        return rules;
    }

    private static List<Route> routes(MainstayConfig config, Names names) {
        List<Route> routes = new ArrayList<>();
        for (var settings : config.alerts().routes()) {
            Route route = settings.route();
            String key = "alerts.routes[" + routes.size() + "]";
            names.require(key + ".notifiers", route.notifiers());
            route.ladder().forEach(rung -> names.require(key + ".ladder", rung.notifiers()));
            routes.add(route);
        }
        return routes;
    }

    private static Origin origin(Setting written, String key) {
        return written.at(key).map(Setting::origin).orElseGet(() -> new Origin(ConfigSources.FILE));
    }

    /// The notifiers there are, for what names them.
    private record Names(TreeSet<String> known, Setting written, Problems problems) {
        void require(String key, List<String> named) {
            named.stream()
                    .filter(name -> !known.contains(name))
                    .forEach(name -> refuse(
                            key, "there is no notifier \"" + name + "\"" + Suggestions.didYouMeanOrKnown(name, known)));
        }

        void refuse(String key, String message) {
            String at = key.contains("[") ? "alerts.routes" : key;
            problems.add(new Problem(origin(written, at), key, key + ": " + message));
        }
    }
}
