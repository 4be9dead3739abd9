package dev.mainstay.server.web.browser;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import tools.jackson.databind.JsonNode;

/// One tab of the browser, as a person uses it: goes somewhere, looks, types. Not thread-safe.
///
/// Scripts may call `$("a >>> b")`, which finds an element through shadow roots, and `text("a >>> b")`,
/// all the words in it.
public final class Tab implements AutoCloseable {
    private static final String PRELUDE = """
            const $ = (path) => path.split(" >>> ").reduce((root, step) => root && (root.shadowRoot ?? root).querySelector(step), document);
            const deep = (node) => node.nodeType === Node.TEXT_NODE ? node.data : [...(node.shadowRoot ?? node).childNodes].map(deep).join(" ");
            const text = (path) => $(path) ? deep($(path)).replace(/\\s+/g, " ").trim() : "";
            """;

    private final DevTools tools;
    private final String session;
    private final String context;
    private final List<String> complaints = new CopyOnWriteArrayList<>();

    Tab(DevTools tools, String session, String context) {
        this.tools = tools;
        this.session = session;
        this.context = context;
        tools.listen(this::hear);
        call("Runtime.enable", Map.of());
        call("Log.enable", Map.of());
        call("Page.enable", Map.of());
        size(1440, 900);
    }

    private void hear(JsonNode event) {
        if (!session.equals(event.path("sessionId").asString(""))) {
            return;
        }
        JsonNode parameters = event.path("params");
        switch (event.path("method").asString()) {
            case "Runtime.exceptionThrown" ->
                complaints.add(parameters.path("exceptionDetails").toString());
            case "Log.entryAdded" -> {
                JsonNode entry = parameters.path("entry");
                if ("error".equals(entry.path("level").asString())) {
                    complaints.add(entry.path("text").asString() + " "
                            + entry.path("url").asString(""));
                }
            }
            default -> {}
        }
    }

    public void size(int width, int height) {
        call(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
    }

    /// What the system wishes: `light` or `dark`.
    public void scheme(String scheme) {
        call(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
    }

    public void open(URI address) {
        call("Page.navigate", Map.of("url", address.toString()));
        await("document.readyState === 'complete'");
    }

    /// The value of an expression, or of the promise it gives.
    public JsonNode evaluate(String expression) {
        JsonNode answer = call(
                "Runtime.evaluate",
                Map.of(
                        "expression", "(async () => {" + PRELUDE + "return (" + expression + ")})()",
                        "awaitPromise", true,
                        "returnByValue", true));
        if (answer.has("exceptionDetails")) {
            throw new AssertionError(expression + ": "
                    + answer.path("exceptionDetails")
                            .path("exception")
                            .path("description")
                            .asString());
        }
        return answer.path("result").path("value");
    }

    /// Runs statements; nothing comes back.
    public void run(String statements) {
        evaluate("(async () => {" + statements + "})()");
    }

    /// Ends all that the page does at intervals, so that from here on it learns of news by its stream alone.
    public void endIntervals() {
        run("for (let id = setInterval(() => {}, 1e6); id > 0; id--) clearInterval(id)");
    }

    /// Waits until the page makes the condition true, looking at each frame; fails after half a minute.
    public JsonNode await(String condition) {
        return evaluate("""
                new Promise((resolve, reject) => {
                  const end = performance.now() + 30_000;
                  const look = () => {
                    let value = false;
                    try { value = %s; } catch { /* not there yet */ }
                    if (value) resolve(value instanceof Node ? true : value);
                    else if (performance.now() > end) reject(new Error("it did not come true"));
                    else requestAnimationFrame(look);
                  };
                  look();
                })""".formatted(condition));
    }

    /// Presses a key in whatever has the focus, as the keyboard would.
    public void press(String key) {
        String typed = key.length() == 1 ? key : key.equals("Enter") ? "\r" : "";
        int code = Map.of("Enter", 13, "Escape", 27, "Tab", 9, "ArrowDown", 40, "ArrowUp", 38)
                .getOrDefault(key, 0);
        call(
                "Input.dispatchKeyEvent",
                Map.of("type", "keyDown", "key", key, "text", typed, "windowsVirtualKeyCode", code));
        call("Input.dispatchKeyEvent", Map.of("type", "keyUp", "key", key, "windowsVirtualKeyCode", code));
    }

    public void type(String words) {
        call("Input.insertText", Map.of("text", words));
    }

    /// What axe finds wrong for people who see, hear or move differently: rule and place of each violation.
    public List<String> accessibilityViolations() {
        call("Runtime.evaluate", Map.of("expression", axe()));
        JsonNode found = evaluate("""
                axe.run(document, {resultTypes: ["violations"]}).then((result) =>
                  result.violations.flatMap((each) => each.nodes.map((node) => `${each.id}: ${node.target} ${node.failureSummary}`)))""");
        return found.valueStream().map(JsonNode::asString).toList();
    }

    private static String axe() {
        try (InputStream script = Tab.class.getResourceAsStream("/axe.min.js")) {
            return new String(script.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public void screenshot(Path file) throws IOException {
        String picture = call("Page.captureScreenshot", Map.of("format", "png"))
                .path("data")
                .asString();
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.write(file, Base64.getDecoder().decode(picture));
    }

    /// Errors on the console so far: failed loads, exceptions, and what the content security policy stopped.
    public List<String> complaints() {
        return List.copyOf(complaints);
    }

    private JsonNode call(String method, Map<String, ?> parameters) {
        return tools.call(session, method, parameters);
    }

    @Override
    public void close() {
        tools.call("Target.disposeBrowserContext", Map.of("browserContextId", context));
    }
}
