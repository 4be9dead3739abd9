package dev.mainstay.agents.check;

import dev.mainstay.MainstayException;
import dev.mainstay.agent.AgentContext;
import dev.mainstay.concurrent.MonotonicClock;
import dev.mainstay.concurrent.Threads;
import dev.mainstay.config.Durations;
import dev.mainstay.process.ProcessTree;
import dev.mainstay.process.TailOutput;
import java.io.File;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/// Runs a program once and looks at how it ended. Used by one tick at a time.
final class CommandCheck implements Check {
    private static final Set<String> ALWAYS_INHERITED =
            Set.of("PATH", "HOME", "USER", "LANG", "LC_ALL", "TZ", "TMPDIR", "TEMP", "SystemRoot");
    /// A child left behind may hold the output open; what the program itself said is there at once.
    private static final Duration OUTPUT_GRACE = Duration.ofMillis(500);

    private static final double NANOS_PER_MILLI = 1e6;

    private final CommandSettings settings;
    private final Map<String, String> own;
    private final MonotonicClock monotonic;

    /// @param own the environment of this process
    CommandCheck(CommandSettings settings, Map<String, String> own, MonotonicClock monotonic) {
        this.settings = settings;
        this.own = own;
        this.monotonic = monotonic;
    }

    @Override
    public CheckOutcome look(AgentContext context) throws InterruptedException {
        Process process;
        try {
            process = builder().start();
        } catch (IOException | MainstayException e) {
            return failed("could not be started: " + e.getMessage());
        }
        long begun = monotonic.nanos();
        TailOutput output = new TailOutput(
                process.getInputStream(), (int) settings.outputLimit().bytes());
        Thread reader = Threads.startVirtual("command-output", output);
        boolean isOver = false;
        String outputBefore = "";
        try {
            process.getOutputStream().close();
            isOver = process.waitFor(settings.timeout().toNanos(), TimeUnit.NANOSECONDS);
        } catch (IOException ignored) {
            // it ended before it was told that there is no input
            isOver = process.waitFor(settings.timeout().toNanos(), TimeUnit.NANOSECONDS);
        } finally {
            if (!isOver) {
                // What a shell says of its children's end is none of it.
                outputBefore = output.text();
                new ProcessTree(process).end();
            }
        }
        Threads.join(reader, OUTPUT_GRACE);
        context.metric("command.duration", (monotonic.nanos() - begun) / NANOS_PER_MILLI, "ms");
        context.metric("command.output", (double) output.count(), "bytes");
        return isOver ? judge(context, process.exitValue(), output.text()) : late(outputBefore);
    }

    private ProcessBuilder builder() {
        ProcessBuilder builder = new ProcessBuilder(settings.command()).redirectErrorStream(true);
        if (settings.directory() != null) {
            builder.directory(new File(settings.directory().toString()));
        }
        Map<String, String> environment = builder.environment();
        environment.clear();
        own.forEach((name, value) -> {
            if (settings.inheritEnvironment() || ALWAYS_INHERITED.contains(name)) {
                environment.put(name, value);
            }
        });
        environment.putAll(settings.environment());
        settings.secretEnvironment().forEach((name, secret) -> environment.put(name, secret.reveal()));
        return builder;
    }

    private CheckOutcome judge(AgentContext context, int exitCode, String output) {
        context.metric("command.exit", exitCode, "");
        context.log().debug("{} ended with {}: {}", settings.command(), exitCode, output);
        if (!settings.exitCodes().contains(exitCode)) {
            return failed("ended with " + exitCode + ", expected " + expected() + "; " + said(output));
        }
        if (settings.outputMatches() != null
                && !settings.outputMatches().matcher(output).find()) {
            return failed("said nothing that matches " + settings.outputMatches() + "; " + said(output));
        }
        return CheckOutcome.passed();
    }

    private String expected() {
        return settings.exitCodes().stream().map(String::valueOf).collect(Collectors.joining(" or "));
    }

    private CheckOutcome late(String output) {
        return failed("did not end within " + Durations.format(settings.timeout())
                + " and was ended with all it had started; " + said(output));
    }

    private static String said(String output) {
        return output.isBlank()
                ? "it put out nothing"
                : "its output ended "
                        + Excerpt.of(output.strip().lines().toList().getLast());
    }

    private CheckOutcome failed(String finding) {
        return CheckOutcome.failed(String.join(" ", settings.command()) + " " + finding);
    }
}
