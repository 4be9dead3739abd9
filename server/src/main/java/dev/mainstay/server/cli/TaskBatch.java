package dev.mainstay.server.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/// Enqueues the lines of a file, each the payload of a task, in requests of bounded size. Each request is enqueued
/// whole or
/// not at all; all lines together are not, so a failure says with which line it begins. Not thread-safe.
final class TaskBatch {
    private static final int MOST = 500;
    private static final int MOST_BYTES = 800 * 1024;

    private final ApiClient client;
    private final Map<String, Object> template;
    private final List<JsonNode> told = new ArrayList<>();
    private final List<Map<String, Object>> chunk = new ArrayList<>();
    private int chunkBytes;
    private int line;
    private int firstLine = 1;

    /// @param template all of a task but its payload
    TaskBatch(ApiClient client, Map<String, Object> template) {
        this.client = client;
        this.template = template;
    }

    /// What was enqueued, in the order of the lines; empty lines are passed over.
    ///
    /// @param file or `-` for stdin
    List<JsonNode> enqueue(String file) throws IOException {
        try (var lines = reader(file)) {
            for (var text = lines.readLine(); text != null; text = lines.readLine()) {
                line++;
                if (!text.isBlank()) {
                    add(text);
                }
            }
            send(line);
        }
        return told;
    }

    private static BufferedReader reader(String file) throws IOException {
        try {
            return file.equals("-")
                    ? new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))
                    : Files.newBufferedReader(Path.of(file));
        } catch (NoSuchFileException e) {
            throw new CommandFailure(ExitCode.USAGE, "--batch: there is no file " + file);
        }
    }

    private void add(String text) {
        var bytes = text.getBytes(StandardCharsets.UTF_8).length
                + template.toString().length();
        if (chunk.size() == MOST || (!chunk.isEmpty() && chunkBytes + bytes > MOST_BYTES)) {
            send(line - 1);
        }
        var task = new LinkedHashMap<>(template);
        task.put("payload", payload(text));
        chunk.add(task);
        chunkBytes += bytes;
    }

    private JsonNode payload(String text) {
        try {
            return GivenJson.read("line " + line, text);
        } catch (CommandFailure failure) {
            throw stopped(failure);
        }
    }

    private void send(int lastLine) {
        if (chunk.isEmpty()) {
            return;
        }
        try {
            client.post(TaskCommand.TASKS, Map.of("tasks", chunk)).path("items").forEach(told::add);
        } catch (CommandFailure failure) {
            throw stopped(failure);
        }
        chunk.clear();
        chunkBytes = 0;
        firstLine = lastLine + 1;
    }

    private CommandFailure stopped(CommandFailure failure) {
        return new CommandFailure(
                failure.exitCode(),
                failure.getMessage() + "\n" + told.size() + " tasks are enqueued, and nothing from line " + firstLine
                        + " on" + (failure.exitCode() == ExitCode.USAGE ? "" : ", unless only its answer was lost"));
    }
}
