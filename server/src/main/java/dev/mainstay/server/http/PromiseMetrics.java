package dev.mainstay.server.http;

import dev.mainstay.health.HealthQueries;
import dev.mainstay.postgres.Database;
import dev.mainstay.postgres.Jsonb;
import dev.mainstay.postgres.OrganizationDatabase;
import dev.mainstay.slo.SloDesk;
import dev.mainstay.slo.SloView;
import dev.mainstay.slo.Urgency;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Health and SLOs of an organization as Prometheus reads them. What is not known is left out. Thread-safe.
final class PromiseMetrics {
    private static final int MOST = 10_000;

    private final Database database;

    PromiseMetrics(Database database) {
        this.database = database;
    }

    /// @throws dev.mainstay.MainstayException when the database is away
    String of(UUID organization) {
        OrganizationDatabase screens = database.api(organization).forScreens();
        StringBuilder text = new StringBuilder("""
                # HELP mainstay_health_score Health of the system, 0 to 100
                # TYPE mainstay_health_score gauge
                """);
        line(
                text,
                "mainstay_health_score",
                "",
                HealthQueries.find(screens, null).score());
        text.append("""
                # HELP mainstay_group_health_score Health of each group of agents, 0 to 100
                # TYPE mainstay_group_health_score gauge
                """);
        HealthQueries.groups(screens)
                .forEach(group -> line(
                        text,
                        "mainstay_group_health_score",
                        label("group", Optional.ofNullable(group.group()).orElse("")),
                        group.score()));
        slos(
                text,
                new SloDesk(screens)
                        .list(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), MOST));
        return text.toString();
    }

    private static void slos(StringBuilder text, List<SloView> slos) {
        text.append("""
                # HELP mainstay_slo_budget_left Share of the error budget that is left; below 0 when more was spent
                # TYPE mainstay_slo_budget_left gauge
                """);
        slos.forEach(slo -> status(slo)
                .ifPresent(status ->
                        line(text, "mainstay_slo_budget_left", label("slo", name(slo)), status.budgetLeft())));
        text.append("""
                # HELP mainstay_slo_burn_rate How many times faster than allowed the error budget is spent
                # TYPE mainstay_slo_burn_rate gauge
                """);
        slos.forEach(slo -> status(slo)
                .ifPresent(status -> Jsonb.node(status.windows())
                        .valueStream()
                        .forEach(window -> line(
                                text,
                                "mainstay_slo_burn_rate",
                                label("slo", name(slo)) + ","
                                        + label("window", window.path("window").asString("")),
                                window.path("burnRate").asDouble(0)))));
        text.append("""
                # HELP mainstay_slo_burning Whether the error budget burns so fast that somebody is told
                # TYPE mainstay_slo_burning gauge
                """);
        for (SloView slo : slos) {
            status(slo).ifPresent(status -> {
                for (Urgency urgency : Urgency.values()) {
                    line(
                            text,
                            "mainstay_slo_burning",
                            label("slo", name(slo)) + "," + label("urgency", urgency.word()),
                            urgency.word().equals(status.urgency()) ? 1.0 : 0.0);
                }
            });
        }
    }

    private static Optional<SloView.Status> status(SloView slo) {
        return Optional.ofNullable(slo.status());
    }

    private static String name(SloView slo) {
        return slo.slo().name();
    }

    private static String label(String name, String value) {
        return name + "=\"" + value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
    }

    private static void line(StringBuilder text, String name, String labels, @Nullable Double value) {
        if (value != null) {
            text.append(name)
                    .append(labels.isEmpty() ? "" : "{" + labels + "}")
                    .append(' ')
                    .append(value)
                    .append('\n');
        }
    }
}
