package dev.mainstay.server.doctor;

import dev.mainstay.MainstayException;
import dev.mainstay.postgres.Database;
import dev.mainstay.postgres.DatabaseConfig;
import dev.mainstay.postgres.MigrationStatus;
import dev.mainstay.postgres.Migrations;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Examines the database of a Mainstay, running or not. All that is written is rolled back again.
///
/// Immutable and thread-safe.
public final class Doctor {
    /// The nine checks, in the order they are made.
    public static final List<String> CHECKS = List.of(
            "connection",
            "schema",
            "write and read",
            "registration",
            "heartbeat",
            "metrics",
            "events",
            "state",
            "performance");
    private static final String REACH = "see that PostgreSQL runs and that database.url, user and password are right";

    private final DatabaseConfig config;

    public Doctor(DatabaseConfig config) {
        this.config = config;
    }

    /// A finding for each of the nine checks; those after one that others stand on are skipped when it fails.
    public List<Finding> examine() {
        var findings = new ArrayList<Finding>();
        try {
            var statuses = new Migrations(config).status();
            findings.add(Finding.ok(
                    "connection", "PostgreSQL answers at " + config.url().where()));
            findings.add(schema(statuses));
            if (findings.getLast().verdict() == Finding.Verdict.OK) {
                try (var database = Database.open(config)) {
                    findings.addAll(new Trial(database).run());
                }
            }
        } catch (MainstayException e) {
            findings.add(Finding.failed(CHECKS.get(findings.size()), String.valueOf(e.getMessage()), REACH));
        }
        CHECKS.stream().skip(findings.size()).map(Finding::skipped).forEach(findings::add);
        return findings;
    }

    private static Finding schema(List<MigrationStatus> statuses) {
        var other = statuses.stream()
                .filter(status -> status.state() != MigrationStatus.State.APPLIED)
                .map(status -> status.version() + " " + status.state().name().toLowerCase(Locale.ROOT))
                .toList();
        return other.isEmpty()
                ? Finding.ok("schema", "all " + statuses.size() + " migrations are applied")
                : Finding.failed(
                        "schema", "migrations " + other, "run `mainstay db migrate`, or look at `mainstay db status`");
    }
}
