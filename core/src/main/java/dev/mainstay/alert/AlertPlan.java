package dev.mainstay.alert;

import dev.mainstay.alert.notify.Watchdog;
import dev.mainstay.alert.notify.WatchdogSettings;
import dev.mainstay.concurrent.MonotonicClock;
import dev.mainstay.telemetry.Severity;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What a fleet declares about alerts: rules, notifiers, and who is told of what. Not thread-safe.
public final class AlertPlan {
    private final Map<String, AlertRule> rules = new LinkedHashMap<>();
    private final Map<String, Notifier> notifiers = new LinkedHashMap<>();
    private final List<Route> routes = new ArrayList<>();

    private @Nullable WatchdogSettings watchdog;

    public AlertPlan() {
        notifiers.put(AlertEngine.LOG, new LogNotifier());
    }

    public void rule(AlertRule rule) {
        if (rules.putIfAbsent(rule.name(), rule) != null) {
            throw new IllegalArgumentException("two alert rules are called " + rule.name() + "; give one another name");
        }
    }

    public void notifier(String name, Notifier notifier) {
        if (notifiers.putIfAbsent(name, notifier) != null) {
            throw new IllegalArgumentException("two notifiers are called " + name + "; give one another name");
        }
    }

    public void route(Route route) {
        routes.add(route);
    }

    public void watchdog(WatchdogSettings settings) {
        this.watchdog = settings;
    }

    /// Who is called while alerts are looked for.
    public Optional<Watchdog> watchdog(MonotonicClock monotonic) {
        return Optional.ofNullable(watchdog).map(settings -> new Watchdog(settings, monotonic));
    }

    /// The notifier, told of what is as grave as `from` or graver, under a name made of both.
    public void notifyOn(Severity from, Notifier notifier) {
        String name = from.word() + "-" + notifiers.size();
        notifier(name, notifier);
        route(Route.of(from, name));
    }

    public Collection<AlertRule> rules() {
        return rules.values();
    }

    public Map<String, Notifier> notifiers() {
        return notifiers;
    }

    /// All routes, once they are known to name what is there.
    ///
    /// @throws IllegalArgumentException when a route or a rule names a notifier there is none of
    public List<Route> routes() {
        routes.forEach(route -> {
            requireKnown(route.notifiers(), "the route from " + route.from().word());
            route.ladder()
                    .forEach(rung -> requireKnown(
                            rung.notifiers(), "the route from " + route.from().word()));
        });
        rules.values().forEach(rule -> requireKnown(rule.notifiers(), "rule " + rule.name()));
        return routes;
    }

    private void requireKnown(List<String> names, String where) {
        names.stream().filter(name -> !notifiers.containsKey(name)).findFirst().ifPresent(name -> {
            throw new IllegalArgumentException(
                    where + " names notifier \"" + name + "\"; there are " + String.join(", ", notifiers.keySet()));
        });
    }
}
