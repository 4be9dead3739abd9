package dev.mainstay.server.web.browser;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mainstay.concurrent.Threads;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The system's Chromium without a window, with a profile of its own that ends with it. Driven by the protocol of its
/// developer tools, so that nothing has to be downloaded. Thread-safe.
public final class Chromium implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Chromium.class);
    private static final List<String> NAMES =
            List.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable");
    private static final List<Path> PLACES = List.of(
            Path.of("/Applications/Chromium.app/Contents/MacOS/Chromium"),
            Path.of("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"));
    private static final List<String> FLAGS = List.of(
            "--headless=new",
            "--no-sandbox", // it visits nothing but our own server, and as root it would not start otherwise
            "--disable-gpu",
            "--disable-quic",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--remote-debugging-port=0");
    private static final Pattern ADDRESS = Pattern.compile("DevTools listening on (ws://\\S+)");

    private final Process process;
    private final Path profile;
    private final DevTools tools;

    private Chromium(Process process, Path profile, DevTools tools) {
        this.process = process;
        this.profile = profile;
        this.tools = tools;
    }

    /// Starts it; where there is none the calling test is skipped, and says so loudly.
    public static Chromium start() {
        Optional<Path> found = find();
        if (found.isEmpty()) {
            LOG.error("NO BROWSER FOUND: the tests of the dashboard are SKIPPED. Install Chromium to run them"
                    + " (Debian and Ubuntu: apt-get install chromium; macOS: brew install --cask chromium).");
        }
        assumeTrue(found.isPresent(), "NO BROWSER FOUND: install Chromium to test the dashboard");
        return start(found.orElseThrow());
    }

    private static Optional<Path> find() {
        Stream<Path> onPath = Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .flatMap(folder -> NAMES.stream().map(name -> Path.of(folder, name)));
        return Stream.concat(onPath, PLACES.stream())
                .filter(Files::isExecutable)
                .findFirst();
    }

    private static Chromium start(Path program) {
        try {
            Path profile = Files.createTempDirectory("mainstay-browser");
            List<String> command = new ArrayList<>(List.of(program.toString()));
            command.addAll(FLAGS);
            command.add("--user-data-dir=" + profile);
            Process process = new ProcessBuilder(command)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            URI address = addressOf(process).orTimeout(60, TimeUnit.SECONDS).join();
            return new Chromium(process, profile, DevTools.connect(address));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // It goes on reading, because a browser whose messages nobody reads stands still.
    private static CompletableFuture<URI> addressOf(Process process) {
        CompletableFuture<URI> address = new CompletableFuture<>();
        Threads.startVirtual("browser-messages", () -> {
            try (BufferedReader messages = process.errorReader(UTF_8)) {
                for (String line = messages.readLine(); line != null; line = messages.readLine()) {
                    Matcher matcher = ADDRESS.matcher(line);
                    if (matcher.find()) {
                        address.complete(URI.create(matcher.group(1)));
                    }
                }
                address.completeExceptionally(new IllegalStateException("the browser ended before it listened"));
            } catch (IOException e) {
                address.completeExceptionally(e);
            }
        });
        return address;
    }

    /// A tab that shares nothing with any other: no storage, no cache.
    public Tab open() {
        String context = tools.call("Target.createBrowserContext", Map.of())
                .path("browserContextId")
                .asString();
        String target = tools.call("Target.createTarget", Map.of("url", "about:blank", "browserContextId", context))
                .path("targetId")
                .asString();
        String session = tools.call("Target.attachToTarget", Map.of("targetId", target, "flatten", true))
                .path("sessionId")
                .asString();
        return new Tab(tools, session, context);
    }

    @Override
    public void close() {
        tools.close();
        List<ProcessHandle> children = process.descendants().toList(); // they write to the profile to the last
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
            }
            children.forEach(child -> child.onExit()
                    .completeOnTimeout(child, 10, TimeUnit.SECONDS)
                    .join());
            try (Stream<Path> left = Files.walk(profile)) {
                left.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException | UncheckedIOException e) {
            LOG.warn("the browser's profile {} stays behind: {}", profile, e.toString());
        }
    }
}
