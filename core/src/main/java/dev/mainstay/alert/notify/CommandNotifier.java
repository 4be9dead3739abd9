package dev.mainstay.alert.notify;

import dev.mainstay.alert.Notification;
import dev.mainstay.alert.Notifier;
import dev.mainstay.concurrent.Threads;
import dev.mainstay.config.Durations;
import dev.mainstay.process.ProcessTree;
import dev.mainstay.process.TailOutput;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/// Gives notifications to a program: JSON on its standard input; it was taken when the program ends with 0. The program
/// sees few variables of this process, so that it is not handed every secret. Thread-safe.
public final class CommandNotifier implements Notifier {
    private static final Set<String> INHERITED =
            Set.of("PATH", "HOME", "USER", "LANG", "LC_ALL", "TZ", "TMPDIR", "TEMP", "SystemRoot");
    private static final int KEPT_OUTPUT = 1024;
    private static final Duration OUTPUT_GRACE = Duration.ofMillis(500);

    private final CommandSettings settings;

    public CommandNotifier(CommandSettings settings) {
        this.settings = settings;
    }

    @Override
    public void send(Notification notification) throws Exception {
        sendAndHear(notification);
    }

    @Override
    public String sendAndHear(Notification notification) throws Exception {
        Process process = start();
        TailOutput output = new TailOutput(process.getInputStream(), KEPT_OUTPUT);
        Thread reader = Threads.startVirtual("notifier-output", output);
        // A program that reads nothing would hold up whoever writes.
        Thread writer = Threads.startVirtual("notifier-input", () -> write(process, NotificationJson.of(notification)));
        boolean isOver = false;
        try {
            isOver = process.waitFor(settings.timeout().toNanos(), TimeUnit.NANOSECONDS);
        } finally {
            if (!isOver) {
                new ProcessTree(process).end();
            }
            writer.interrupt();
        }
        Threads.join(reader, OUTPUT_GRACE);
        String said = output.text().strip();
        String words = said.isEmpty() ? "and said nothing" : "and said: " + said;
        if (!isOver) {
            throw new IOException(name() + " did not end within " + Durations.format(settings.timeout())
                    + " and was ended, " + words);
        }
        if (process.exitValue() != 0) {
            throw new IOException(name() + " ended with " + process.exitValue() + " " + words);
        }
        return "ended with 0 " + words;
    }

    private String name() {
        return settings.command().getFirst();
    }

    private Process start() throws IOException {
        ProcessBuilder builder = new ProcessBuilder(settings.command()).redirectErrorStream(true);
        Map<String, String> environment = builder.environment();
        environment.keySet().removeIf(variable -> !INHERITED.contains(variable));
        settings.secretEnvironment().forEach((variable, secret) -> environment.put(variable, secret.reveal()));
        return builder.start();
    }

    private static void write(Process process, String json) {
        try (OutputStream in = process.getOutputStream()) {
            in.write(json.getBytes(StandardCharsets.UTF_8));
        } catch (IOException ignored) {
            // It ended, or wants to know nothing more; how it ended says whether that is right.
        }
    }
}
