package dev.mainstay.bench.peers;

import dev.mainstay.bench.lab.Laboratory;
import dev.mainstay.bench.report.Reporting;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.json.JsonMapper;

/// Graphile Worker, which is for Node: a process of its own that runs our script beside the released packages, with the
/// settings its documentation gives for throughput. A finished job is deleted. Used by one thread.
final class GraphileRounds implements Rounds {
    private static final String SCRIPT = "graphile-worker.mjs";
    /// Node itself is among them, because the worker needs a newer one than many systems have.
    private static final String[] PACKAGES = {"graphile-worker@0.18.0", "pg@8.23.1", "node@22.23.3"};

    private static final long INSTALL_MINUTES = 5;
    private static final long END_SECONDS = 10;

    private final Process process;
    private final BufferedWriter questions;
    private final BufferedReader answers;

    private GraphileRounds(Process process) {
        this.process = process;
        this.questions = process.outputWriter();
        this.answers = process.inputReader();
    }

    /// Empty, and said aloud, on a machine that cannot run it.
    static Optional<Rounds> open(Laboratory laboratory, String payload) throws IOException, InterruptedException {
        Path folder = laboratory.folder("graphile-worker");
        Files.createDirectories(folder);
        if (!isInstalled(folder)) {
            Reporting.say("SKIPPED: Graphile Worker is not measured, because npm could not install "
                    + String.join(", ", PACKAGES) + " here");
            return Optional.empty();
        }
        try (InputStream script = GraphileRounds.class.getResourceAsStream(SCRIPT)) {
            Files.copy(script, folder.resolve(SCRIPT));
        }
        laboratory.execute("CREATE DATABASE peer_graphile_worker");
        URI server = URI.create(laboratory.url("peer_graphile_worker").substring("jdbc:".length()));
        var builder =
                new ProcessBuilder(folder.resolve("node_modules/.bin/node").toString(), SCRIPT, payload);
        builder.environment()
                .putAll(Map.of(
                        "PGHOST", server.getHost(),
                        "PGPORT", Integer.toString(server.getPort()),
                        "PGDATABASE", server.getPath().substring(1),
                        "PGUSER", laboratory.user(),
                        "PGPASSWORD", laboratory.password()));
        return Optional.of(new GraphileRounds(builder.directory(folder.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start()));
    }

    private static boolean isInstalled(Path folder) throws InterruptedException {
        var command = new ProcessBuilder("npm", "install", "--no-save", "--no-audit", "--no-fund", "--loglevel=error");
        Collections.addAll(command.command(), PACKAGES);
        try {
            Process npm = command.directory(folder.toFile())
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            boolean hasEnded = npm.waitFor(INSTALL_MINUTES, TimeUnit.MINUTES);
            npm.destroyForcibly();
            return hasEnded && npm.exitValue() == 0;
        } catch (IOException e) {
            return false; // there is no npm
        }
    }

    private record Answer(double enqueueSeconds, double drainSeconds) {}

    @Override
    public Drain round(int tasks) throws IOException {
        questions.write(Integer.toString(tasks));
        questions.newLine();
        questions.flush();
        String line = answers.readLine();
        if (line == null) {
            throw new IOException("Graphile Worker's process has ended, see its errors above");
        }
        Answer answer = JsonMapper.shared().readValue(line, Answer.class);
        return new Drain(tasks / answer.enqueueSeconds(), tasks / answer.drainSeconds());
    }

    @Override
    public void close() {
        process.destroy();
        process.onExit().orTimeout(END_SECONDS, TimeUnit.SECONDS).join();
    }
}
