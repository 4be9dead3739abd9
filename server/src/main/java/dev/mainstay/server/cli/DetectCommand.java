package dev.mainstay.server.cli;

import dev.mainstay.anomaly.AnomalyDetector;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `mainstay detect`: what is unusual in a file, point by point as it is read, by the detector that watches agents.
///
/// Nothing of the file is kept, so its size does not matter. Not thread-safe.
@Command(
        name = "detect",
        description = "Finds what is unusual in a CSV file with the columns timestamp and value, each point judged by"
                + " those before it.",
        mixinStandardHelpOptions = true)
final class DetectCommand implements Callable<Integer> {
    private static final String STDIN = "-";

    @Parameters(paramLabel = "FILE", description = "The CSV file; - reads from stdin.")
    private String file = STDIN;

    @Option(
            names = "--budget",
            paramLabel = "ALARMS",
            defaultValue = "0.25",
            description = "False alarms that are acceptable in a week (${DEFAULT-VALUE}).")
    private double budget;

    @Mixin
    private Output output;

    @Spec
    private CommandSpec command;

    @Override
    public Integer call() {
        var detector = detector();
        try (var lines = open()) {
            var points = PointReader.over(lines, output::say);
            var verdicts = new VerdictWriter(output);
            verdicts.begin();
            for (var point = points.next(); point != null; point = points.next()) {
                verdicts.add(point, detector.observe(point.time(), point.value()));
            }
            verdicts.end();
            return points.badLines() == 0 ? ExitCode.OK : ExitCode.FAILURE;
        } catch (NoSuchFileException e) {
            throw new CommandFailure(ExitCode.NOT_FOUND, "there is no file " + file);
        } catch (AccessDeniedException e) {
            throw new CommandFailure(ExitCode.FAILURE, file + " cannot be read: you may not");
        } catch (CharacterCodingException e) {
            throw new CommandFailure(ExitCode.USAGE, file + " is no text in UTF-8");
        } catch (IOException e) {
            throw new CommandFailure(ExitCode.FAILURE, file + " cannot be read: " + e.getMessage());
        }
    }

    private AnomalyDetector detector() {
        try {
            return AnomalyDetector.withBudget(budget);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    private BufferedReader open() throws IOException {
        return file.equals(STDIN)
                ? new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))
                : Files.newBufferedReader(Path.of(file));
    }
}
