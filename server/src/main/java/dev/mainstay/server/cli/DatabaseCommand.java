package dev.mainstay.server.cli;

import dev.mainstay.postgres.Database;
import dev.mainstay.postgres.DatabaseConfig;
import dev.mainstay.postgres.MigrationStatus;
import dev.mainstay.postgres.Migrations;
import dev.mainstay.postgres.Roles;
import dev.mainstay.server.Ground;
import dev.mainstay.server.auth.AdminToken;
import dev.mainstay.server.auth.KeyStore;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/// `mainstay db …`: speaks with PostgreSQL itself, that of `database.url` or the embedded one while it runs. Not
/// thread-safe.
@Command(name = "db", description = "Prepares and inspects the database.", mixinStandardHelpOptions = true)
final class DatabaseCommand implements Runnable {
    private static final String NODE = "command-line";
    private static final List<Column> MIGRATION =
            List.of(Column.of("version"), Column.of("description"), Column.of("state"));

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new CommandMissing(spec);
    }

    @Command(
            name = "migrate",
            description = "Brings roles and schema up to date, as `mainstay up` does by itself where it may.",
            mixinStandardHelpOptions = true)
    int migrate(
            @Mixin DataLocation location,
            @Mixin Output output,
            @Option(names = "--dry-run", description = "Print the SQL instead of running it.") boolean dryRun) {
        var migrations = new Migrations(config(location));
        if (dryRun) {
            var sql = migrations.dryRun();
            output.out().print(sql);
            output.out().flush();
            output.say(sql.isEmpty() ? "mainstay: nothing is pending" : "");
        } else {
            output.say("mainstay: " + migrations.migrate() + " migrations applied");
        }
        return ExitCode.OK;
    }

    @Command(
            name = "status",
            description = "Lists the migrations and where each stands; exit code 4 when not all are applied.",
            mixinStandardHelpOptions = true)
    int status(@Mixin DataLocation location, @Mixin Output output) {
        var statuses = new Migrations(config(location)).status();
        Function<MigrationStatus, JsonNode> row = status -> ApiClient.JSON
                .createObjectNode()
                .put("version", status.version())
                .put("description", status.description())
                .put("state", status.state().name().toLowerCase(Locale.ROOT));
        output.list(statuses.stream().map(row).toList(), MIGRATION);
        return statuses.stream().allMatch(status -> status.state() == MigrationStatus.State.APPLIED)
                ? ExitCode.OK
                : ExitCode.UNHEALTHY;
    }

    @Command(
            name = "init",
            description = {
                "Prepares a database whose given user may not create roles: an administrator runs the SQL once.",
                "Without --print-sql it does the same as `db migrate`."
            },
            mixinStandardHelpOptions = true)
    int init(
            @Mixin DataLocation location,
            @Mixin Output output,
            @Option(names = "--print-sql", description = "Print the SQL for an administrator.") boolean printSql) {
        if (!printSql) {
            return migrate(location, output, false);
        }
        if (location.sources().read().config().database().url() == null) {
            output.say(
                    "mainstay: nothing is to be run: database.url is not set, and the embedded PostgreSQL is prepared by"
                            + " `mainstay up`");
            return ExitCode.OK;
        }
        output.out().print(new Roles(config(location)).initSql());
        output.out().flush();
        return ExitCode.OK;
    }

    @Command(
            name = "admin-token",
            description = {
                "Makes an admin key for one that was lost and leaves it in the data folder, where the other commands",
                "look for it. Keys that were made before go on working."
            },
            mixinStandardHelpOptions = true)
    int adminToken(@Mixin DataLocation location, @Mixin Output output) {
        var folder = location.folder();
        try (var database = Database.open(config(location))) {
            AdminToken.replace(new KeyStore(database), folder);
        }
        output.say("mainstay: a new admin key is in " + AdminToken.file(folder));
        return ExitCode.OK;
    }

    private static DatabaseConfig config(DataLocation location) {
        return Ground.running(location.sources().read().config(), NODE);
    }
}
