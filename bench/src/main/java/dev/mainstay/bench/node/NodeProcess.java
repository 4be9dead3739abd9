package dev.mainstay.bench.node;

import dev.mainstay.bench.lab.JavaProgram;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.json.JsonMapper;

/// A running node, seen from the bench that started it. Used by one thread.
public final class NodeProcess implements AutoCloseable {
    private static final Duration END_BOUND = Duration.ofSeconds(10);
    private static final Duration OWN_END_BOUND = Duration.ofMinutes(2);

    private final Process process;
    private final String node;
    private final BufferedWriter questions;
    private final BufferedReader answers;

    private NodeProcess(Process process, String node, Object order) throws IOException {
        this.process = process;
        this.node = node;
        this.questions = process.outputWriter();
        this.answers = process.inputReader();
        say(JsonMapper.shared().writeValueAsString(order));
    }

    /// Returns when the node's fleet has been started; its agents start after that.
    public static NodeProcess start(NodeOrder order) {
        return start(JavaProgram.command(NodeMain.class.getName()), order.node(), order);
    }

    /// The same for any program that reads its order from a line of stdin, as JSON, and answers [NodeMain#READY].
    public static NodeProcess start(List<String> command, String node, Object order) {
        try {
            var builder = new ProcessBuilder(command);
            var started = new NodeProcess(
                    builder.redirectError(ProcessBuilder.Redirect.INHERIT).start(), node, order);
            String answer = started.answers.readLine();
            if (!NodeMain.READY.equals(answer)) {
                started.kill();
                throw new IllegalStateException("node " + node + " did not start: " + answer);
            }
            return started;
        } catch (IOException e) {
            throw new UncheckedIOException("node " + node + " did not start", e);
        }
    }

    public String node() {
        return node;
    }

    /// Bytes of the heap that are in use after full collections.
    public long usedHeap() {
        return Long.parseLong(ask(NodeMain.HEAP));
    }

    /// What it answers to a line that its program understands.
    public String ask(String question) {
        try {
            say(question);
            return answers.readLine();
        } catch (IOException e) {
            throw new UncheckedIOException("node " + node + " does not answer", e);
        }
    }

    private void say(String line) throws IOException {
        questions.write(line);
        questions.newLine();
        questions.flush();
    }

    /// The processor time it has used since it was started.
    public Duration cpu() {
        return process.info().totalCpuDuration().orElse(Duration.ZERO);
    }

    /// Stops it where it is, as a paused virtual machine does: nothing in it goes on, its connections stay.
    public void freeze() {
        signal("STOP");
    }

    /// Ends what [#freeze] began; it goes on as if no time had passed.
    public void thaw() {
        signal("CONT");
    }

    private void signal(String name) {
        try {
            int code = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                    .inheritIO()
                    .start()
                    .waitFor();
            if (code != 0) {
                throw new IllegalStateException("node " + node + " did not take SIG" + name);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("there is no program kill", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /// Lets it end by itself; returns when it has.
    public void end() {
        try {
            questions.close();
        } catch (IOException e) {
            throw new UncheckedIOException("node " + node + " does not listen", e);
        }
        process.onExit().orTimeout(OWN_END_BOUND.toSeconds(), TimeUnit.SECONDS).join();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /// What `kill -9` does: the process gets no chance to say anything.
    public void kill() {
        process.destroyForcibly();
    }

    /// The same, and waits until it is gone.
    @Override
    public void close() {
        kill();
        process.onExit().orTimeout(END_BOUND.toSeconds(), TimeUnit.SECONDS).join();
    }
}
