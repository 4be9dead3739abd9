package dev.mainstay.server.web;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mainstay.server.auth.Access;
import dev.mainstay.server.http.Answer;
import dev.mainstay.server.http.Refusal;
import dev.mainstay.server.http.Request;
import dev.mainstay.server.http.Route;
import java.security.MessageDigest;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// The files of the dashboard and nothing else: each by its exact path, read once at the start. Immutable, thread-safe.
///
/// The path holds a digest of all of them, so a browser keeps them for ever and still never mixes two versions; only
/// the page at `/` is asked for again, and answered with 304 while it is the same.
public final class WebAssets {
    private static final String KEEP = "public, max-age=31536000, immutable";
    private static final List<String> APP = List.of(
            "address.js",
            "advice-list.js",
            "agent-facts.js",
            "agent-life.js",
            "agent-orders.js",
            "agent-panel.js",
            "agent-row.js",
            "agent-screen.js",
            "agent-table.js",
            "agents-view.js",
            "alert-orders.js",
            "alert-panel.js",
            "alert-table.js",
            "alerts-screen.js",
            "alerts.js",
            "api.js",
            "attempt-table.js",
            "clock.js",
            "command-dialog.js",
            "dashboard.js",
            "event-list.js",
            "event-parser.js",
            "evidence-rows.js",
            "exact-json.js",
            "filter.js",
            "fleet-screen.js",
            "fleet.js",
            "forecast-panel.js",
            "forecast-table.js",
            "forecast-words.js",
            "forecasts-screen.js",
            "format.js",
            "group-list.js",
            "groups.js",
            "health-parts.js",
            "hears.js",
            "heartbeats.js",
            "icon.svg",
            "icons.js",
            "json-box.js",
            "lanes.js",
            "layouts.js",
            "life-lanes.js",
            "main.js",
            "message-groups.js",
            "message-panel.js",
            "message-table.js",
            "messages-screen.js",
            "messages.js",
            "metric-chart.js",
            "metric-line.js",
            "node-list.js",
            "notifier-list.js",
            "overview-tiles.js",
            "panels.js",
            "plot.js",
            "problem-list.js",
            "problems.js",
            "progress-bar.js",
            "queue-screen.js",
            "queue-table.js",
            "queues-screen.js",
            "queues.js",
            "reading.js",
            "recoveries.js",
            "recovery-panel.js",
            "recovery-playbooks.js",
            "recovery-screen.js",
            "recovery-success.js",
            "recovery-table.js",
            "rows.js",
            "rule-list.js",
            "saved-filters.js",
            "schedule-backfill.js",
            "schedule-form.js",
            "schedule-panel.js",
            "schedule-table.js",
            "schedule-words.js",
            "schedules-screen.js",
            "screen-links.js",
            "screens.js",
            "session.js",
            "sign-in.js",
            "silence-list.js",
            "slash-search.js",
            "slo-panel.js",
            "slo-table.js",
            "slos-screen.js",
            "slos.js",
            "span-list.js",
            "span-table.js",
            "spans.js",
            "sparkline.js",
            "stream.js",
            "styles.js",
            "task-list.js",
            "task-orders.js",
            "task-screen.js",
            "task-table.js",
            "task-tiles.js",
            "task-waterfall.js",
            "tasks-screen.js",
            "tasks-view.js",
            "tasks.js",
            "theme-switch.js",
            "theme.css",
            "theme.js",
            "time-board.js",
            "tones.js",
            "top-bar.js",
            "window.js",
            "windowed-grid.js");
    /// The addresses of the screens. Each answers with the same page, which shows what its address names.
    private static final List<String> SCREENS = List.of(
            "/",
            "/agents/{id}",
            "/alerts",
            "/alerts/{id}",
            "/recoveries",
            "/recoveries/{id}",
            "/tasks",
            "/tasks/{id}",
            "/queues",
            "/queues/{name}",
            "/slos",
            "/slos/{name}",
            "/forecasts",
            "/forecasts/{series}",
            "/messages",
            "/messages/{position}",
            "/schedules",
            "/schedules/{name}");
    /// Fetched when the first chart is shown, not before.
    private static final List<String> LATER = List.of("app/plot.js", "lib/chart.js/", "lib/kurkle__color/");

    private final Map<String, Asset> files;
    private final String version;
    private final Asset page;
    private final String contentSecurityPolicy;
    private final String pageTag;

    private WebAssets(Map<String, Asset> files) {
        this.files = files;
        this.version = digest(files.values());
        Page written = Page.in("/assets/" + version, preloaded(files));
        this.page = Asset.of("index.html", written.html().getBytes(UTF_8));
        this.contentSecurityPolicy = written.contentSecurityPolicy();
        this.pageTag = "\"" + digest(List.of(page)) + "\"";
    }

    public static WebAssets load() {
        Map<String, Asset> files = new LinkedHashMap<>();
        APP.forEach(name -> files.put("app/" + name, Asset.of(name, Resource.read("app/" + name))));
        for (Library library : Library.ALL) {
            library.modules().forEach(module -> add(files, library, module.file()));
            library.parts().forEach(part -> add(files, library, part));
        }
        return new WebAssets(files);
    }

    private static void add(Map<String, Asset> files, Library library, String file) {
        files.put(path(library, file), Asset.of(file, library.read(file)));
    }

    static String path(Library library, String file) {
        return "lib/" + library.webjar() + "/" + file;
    }

    private static List<String> preloaded(Map<String, Asset> files) {
        return files.keySet().stream()
                .filter(path -> path.endsWith(".js") && !path.equals("app/theme.js"))
                .filter(path -> LATER.stream().noneMatch(path::startsWith))
                .toList();
    }

    private static String digest(Collection<Asset> assets) {
        MessageDigest digest = Digest.sha256();
        assets.forEach(asset -> digest.update(asset.plain()));
        return HexFormat.of().formatHex(digest.digest(), 0, 8);
    }

    /// Open to anybody, for they hold nothing but what everybody can download; all data needs a key.
    public List<Route> routes() {
        Stream<Route> screens = SCREENS.stream().map(path -> Route.get(path, Access.PUBLIC, this::page));
        Route assets = Route.get("/assets/{version}/{file*}", Access.PUBLIC, this::file);
        return Stream.concat(screens, Stream.of(assets)).toList();
    }

    private Answer page(Request request) {
        Answer answer = pageTag.equals(request.header("If-None-Match")) ? Answer.empty(304) : send(page, request);
        return answer.with("Content-Security-Policy", contentSecurityPolicy)
                .with("Cache-Control", "no-cache")
                .with("ETag", pageTag);
    }

    private Answer file(Request request) {
        Asset asset = files.get(request.path("file"));
        if (asset == null || !version.equals(request.path("version"))) {
            throw Refusal.notFound("there is no such file of the dashboard in this version; reload /");
        }
        return send(asset, request).with("Cache-Control", KEEP);
    }

    private static Answer send(Asset asset, Request request) {
        String accepted = request.header("Accept-Encoding");
        boolean compressed = accepted != null && accepted.contains("gzip");
        Answer answer = new Answer.Whole(
                200,
                asset.contentType(),
                compressed ? asset.compressed() : asset.plain(),
                Map.of("Vary", "Accept-Encoding"));
        return compressed ? answer.with("Content-Encoding", "gzip") : answer;
    }
}
