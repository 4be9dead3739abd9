package dev.mainstay.server.config;

import dev.mainstay.alert.AlertRuleSettings;
import dev.mainstay.alert.Route;
import dev.mainstay.alert.notify.WatchdogSettings;
import dev.mainstay.config.Default;
import dev.mainstay.config.Doc;
import dev.mainstay.config.Required;
import dev.mainstay.telemetry.Severity;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What is worth an alert, and who is told. Immutable and thread-safe.
public record AlertSettings(
        Map<String, AlertRuleSettings> rules, List<RouteSettings> routes, Optional<WatchdogSettings> watchdog) {

    /// Who is told of what is so grave. Immutable and thread-safe.
    public record RouteSettings(
            @Default("info") @Doc("Of this severity and graver; the gravest route that takes an alert is taken.")
            Severity from,

            @Required @Doc("Names of notifiers, or log.") List<String> notifiers,

            @Nullable
            @Doc("How long alerts of a group are gathered before the first is told; 0s for critical ones, 10s for"
                    + " warnings and 30s for the rest when not given.")
            Duration gather,

            @Default("5m") @Doc("The shortest time between two notifications of a group.")
            Duration pause,

            @Doc("Who is told next when nobody acknowledges.")
            List<RungSettings> ladder) {
        public RouteSettings {
            route(from, notifiers, gather, pause, ladder);
        }

        Route route() {
            return route(from, notifiers, gather, pause, ladder);
        }

        private static Route route(
                Severity from,
                List<String> notifiers,
                @Nullable Duration gather,
                Duration pause,
                List<RungSettings> ladder) {
            return new Route(
                    from,
                    notifiers,
                    gather,
                    pause,
                    ladder.stream().map(RungSettings::rung).toList());
        }
    }

    /// One step of a ladder. Immutable and thread-safe.
    public record RungSettings(
            @Doc("So long after the alert fired.") Duration after,
            @Required @Doc("Who is told then.") List<String> notifiers) {
        public RungSettings {
            new Route.Rung(after, notifiers);
        }

        Route.Rung rung() {
            return new Route.Rung(after, notifiers);
        }
    }
}
