package dev.mainstay.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.postgres.Organizations;
import dev.mainstay.server.auth.Role;
import dev.mainstay.task.TaskTopics;
import dev.mainstay.task.TaskUpkeep;
import dev.mainstay.testing.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The examples and the guide of workers over HTTP, run as a reader would run them.
class HttpWorkerExamplesFlowTest {
    private static final Duration BOUND = Duration.ofSeconds(30);

    @TempDir
    private Path logs;

    private ApiServer api;
    private final List<Process> processes = new ArrayList<>();

    @BeforeEach
    void start() {
        api = new ApiServer();
    }

    @AfterEach
    void stop() throws InterruptedException {
        for (Process process : processes) {
            process.destroyForcibly().waitFor();
        }
        api.close();
    }

    private Path log(String name) {
        return logs.resolve(name + ".log");
    }

    private Process python(String name) throws IOException {
        return worker(name, "python3", "worker.py");
    }

    private Process worker(String name, String program, String file) throws IOException {
        Examples.requires(program);
        String script = Examples.DOCS.resolve("examples/http-worker/" + file).toString();
        Process process = Examples.run(api, log(name), Role.AGENT, program, script, name, "send-invoice");
        processes.add(process);
        return process;
    }

    private UUID enqueue(String payload) {
        UUID id = api.database()
                .write(handle -> handle.createQuery(
                                "SELECT id FROM task_enqueue(:organization, 'send-invoice', :payload::jsonb)")
                        .bind("organization", Organizations.DEFAULT)
                        .bind("payload", payload)
                        .mapTo(UUID.class)
                        .one());
        tell();
        return id;
    }

    private void tell() {
        api.signals.notify(TaskTopics.CLAIMABLE);
    }

    private String value(String sql, UUID task) {
        return api.database()
                .read(handle -> handle.createQuery(sql)
                        .bind("id", task)
                        .mapTo(String.class)
                        .findOne()
                        .orElse("none"));
    }

    private void awaits(UUID task, String sql, String expected) {
        Eventually.holds(sql + " is " + expected, BOUND, () -> value(sql, task).equals(expected));
    }

    private void awaitCompletion(UUID task, String worker) {
        awaits(task, "SELECT state || ' by ' || worker FROM tasks WHERE id = :id", "completed by " + worker);
    }

    /// A worker holds the task and has stored its first step.
    private void awaitStep(UUID task) {
        awaits(task, "SELECT result ->> 'receipt' FROM task_steps WHERE task_id = :id", "R-7");
    }

    /// Its time is over, as if the worker had been silent for it.
    private void endLease(UUID task) {
        api.execute(
                "UPDATE task_claims SET expires_at = clock_timestamp() WHERE task_ids @> ARRAY['" + task + "'::uuid]");
        new TaskUpkeep(api.database(), this::tell).round();
    }

    private static void kill(String signal, Process process) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder("kill", signal, Long.toString(process.pid()))
                        .start()
                        .waitFor())
                .isZero();
    }

    @Test
    void the_python_worker_completes_what_it_claims() throws Exception {
        python("in-python");
        UUID first = enqueue("{\"number\": \"7\"}");
        awaitCompletion(first, "in-python");
        awaitStep(first);
        assertThat(value("SELECT result ->> 'receipt' FROM tasks WHERE id = :id", first))
                .isEqualTo("R-7");

        UUID broken = enqueue("{\"no\": \"number\"}");
        awaits(
                broken,
                "SELECT outcome || ' ' || error FROM task_attempts WHERE task_id = :id",
                "failed KeyError('number')");
    }

    @Test
    void the_node_worker_completes_what_it_claims() throws Exception {
        worker("in-node", "node", "worker.mjs");
        UUID first = enqueue("{\"number\": \"7\"}");
        awaitCompletion(first, "in-node");
        awaitStep(first);

        UUID broken = enqueue("null");
        awaits(broken, "SELECT outcome || ' ' || worker FROM task_attempts WHERE task_id = :id", "failed in-node");
    }

    @Test
    void the_task_of_a_worker_that_was_killed_is_done_by_another_one() throws Exception {
        Process first = python("first");
        UUID task = enqueue("{\"number\": \"7\", \"seconds\": 8}");
        awaitStep(task);
        String token = value("SELECT lease_token::text FROM task_claims WHERE task_ids @> ARRAY[:id]", task);
        kill("-KILL", first);
        assertThat(first.waitFor(10, TimeUnit.SECONDS)).isTrue();

        endLease(task);
        worker("second", "node", "worker.mjs");
        awaitCompletion(task, "second");

        ApiServer.Reply late = api.post(
                Role.AGENT,
                "/api/v1/workers/complete",
                "{\"task\":\"" + task + "\",\"leaseToken\":\"" + token + "\",\"fence\":1,\"result\":\"late\"}");
        assertThat(late.status()).isEqualTo(409);
        assertThat(late.code()).isEqualTo("LEASE_LOST");
        assertThat(value("SELECT outcome || ' by ' || worker FROM task_attempts WHERE task_id = :id", task))
                .isEqualTo("crashed by first");
        assertThat(value("SELECT fence::text FROM task_steps WHERE task_id = :id", task))
                .as("the step was not done again")
                .isEqualTo("1");
    }

    @Test
    void a_worker_that_was_frozen_past_its_lease_is_told_so_when_it_wakes() throws Exception {
        Process frozen = python("frozen");
        UUID task = enqueue("{\"number\": \"7\", \"seconds\": 5}");
        awaitStep(task);
        kill("-STOP", frozen);

        endLease(task);
        python("awake");
        awaitCompletion(task, "awake");
        kill("-CONT", frozen);

        Eventually.holds("it is told", BOUND, () -> read(log("frozen")).contains("did not count: 409"));
        assertThat(read(log("frozen"))).contains("LEASE_LOST");
        assertThat(value("SELECT state || ' by ' || worker FROM tasks WHERE id = :id", task))
                .isEqualTo("completed by awake");
        UUID next = enqueue("{\"number\": \"7\"}");
        awaits(next, "SELECT state FROM tasks WHERE id = :id", "completed");
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void the_curl_session_of_the_guide_works() throws Exception {
        Examples.requires("curl");

        Process process =
                Examples.run(api, log("session"), Role.ADMIN, "sh", "-c", Examples.script("workers-over-http.md"));
        processes.add(process);

        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        String said = read(log("session"));
        assertThat(process.exitValue()).as(said).isZero();
        assertThat(said).contains("\"cancels\":[]").contains("\"state\":\"stored\"");
        assertThat(said).contains("{\"outcome\":\"completed\",\"again\":null,\"repeated\":false}");
        UUID task = api.database()
                .read(handle -> handle.createQuery("SELECT id FROM tasks")
                        .mapTo(UUID.class)
                        .one());
        awaitCompletion(task, "invoices-1");
    }
}
