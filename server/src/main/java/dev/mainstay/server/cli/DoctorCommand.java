package dev.mainstay.server.cli;

import dev.mainstay.concurrent.WallClock;
import dev.mainstay.server.Ground;
import dev.mainstay.server.doctor.Doctor;
import dev.mainstay.server.doctor.Finding;
import dev.mainstay.server.doctor.MessagesCheck;
import dev.mainstay.server.doctor.ProductionChecks;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/// `mainstay doctor`. Not thread-safe.
@Command(
        name = "doctor",
        description = {
            "Tries out what Mainstay stands on, in nine checks; leaves nothing behind. Exit code 4 when one fails.",
            "Looks at the database of database.url, or at the embedded one while it runs.",
            "Where messages are kept elsewhere, it asks there too."
        },
        mixinStandardHelpOptions = true)
final class DoctorCommand implements Callable<Integer> {
    private static final List<Column> FINDING =
            List.of(Column.of("check"), Column.of("verdict"), Column.of("detail"), Column.of("remedy"));
    private static final List<Column> SOUND = List.of(Column.of("check"), Column.of("verdict"), Column.of("detail"));

    @Mixin
    private DataLocation location;

    @Mixin
    private Output output;

    @Option(
            names = "--production",
            description = "Also the database's own health: snapshots, dead tuples, slots, head-room, clocks.")
    private boolean production;

    @Override
    public Integer call() {
        var settings = location.sources().read().config();
        var config = Ground.running(settings, "doctor");
        var findings = new ArrayList<>(new Doctor(config).examine());
        var reached = findings.getFirst().verdict() == Finding.Verdict.OK;
        if (production && reached) {
            findings.addAll(new ProductionChecks(config, WallClock.system()).examine());
        }
        findings.addAll(MessagesCheck.examine(settings.messages()));
        var rows = findings.stream().map(DoctorCommand::row).toList();
        output.list(rows, output.format() == Output.Format.TABLE ? SOUND : FINDING);
        if (output.format() == Output.Format.TABLE) {
            findings.stream()
                    .filter(finding -> !finding.remedy().isEmpty())
                    .forEach(finding -> output.say(finding.check() + ": " + finding.remedy()));
        }
        var failed = findings.stream().anyMatch(finding -> finding.verdict() == Finding.Verdict.FAILED);
        return failed ? ExitCode.UNHEALTHY : ExitCode.OK;
    }

    private static JsonNode row(Finding finding) {
        return ApiClient.JSON
                .createObjectNode()
                .put("check", finding.check())
                .put("verdict", finding.verdict().word())
                .put("detail", finding.detail())
                .put("remedy", finding.remedy());
    }
}
