package dev.mainstay.server.cli;

import dev.mainstay.concurrent.WallClock;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Which tasks: the options of every command about many. Not thread-safe.
final class TaskChoice {
    private static final Set<String> LISTS = Set.of("state", "place");

    @Option(
            names = "--state",
            paramLabel = "STATE,…",
            description = "open, completed, dead, cancelled or expired, or several of them.")
    private @Nullable String state;

    @Option(
            names = "--place",
            paramLabel = "PLACE,…",
            description = "Where open ones are: ready, no-worker, running, delayed, blocked or waiting.")
    private @Nullable String place;

    @Option(names = "--queue", paramLabel = "QUEUE", description = "Only of this queue.")
    private @Nullable String queue;

    @Option(names = "--type", paramLabel = "TYPE", description = "Only of this type.")
    private @Nullable String type;

    @Option(names = "--tag", paramLabel = "TAG", description = "Only with this tag.")
    private @Nullable String tag;

    @Option(names = "--priority", paramLabel = "PRIORITY", description = "critical, high, normal or low.")
    private @Nullable String priority;

    @Option(names = "--parent", paramLabel = "ID", description = "Only the children of this task.")
    private @Nullable String parent;

    @Option(names = "--since", paramLabel = "TIME", description = "Created since, as 24h or a moment.")
    private @Nullable String since;

    @Option(names = "--until", paramLabel = "TIME", description = "Created before, as 1h (ago) or a moment.")
    private @Nullable String until;

    @Option(names = "-q", paramLabel = "TEXT", description = "Only with this in id, keys, tags or payload.")
    private @Nullable String text;

    /// As the parameters of the list.
    Map<String, @Nullable String> query() {
        var query = new LinkedHashMap<String, @Nullable String>();
        query.put("state", state);
        query.put("place", place);
        query.put("queue", queue);
        query.put("type", type);
        query.put("tag", tag);
        query.put("priority", priority);
        query.put("parent", parent);
        query.put("q", text);
        query.put("from", since == null ? null : Since.parameter("--since", since));
        query.put("to", until == null ? null : Since.parameter("--until", until));
        return query;
    }

    boolean isGiven() {
        return query().values().stream().anyMatch(value -> value != null);
    }

    /// As the filter of a command to many.
    Map<String, Object> filter() {
        var filter = new LinkedHashMap<String, Object>();
        query().forEach((name, value) -> {
            if (value != null) {
                filter.put(name, LISTS.contains(name) ? words(value) : value);
            }
        });
        // The same moments for each of the requests it takes.
        var now = WallClock.system().instant();
        filter.computeIfPresent("from", (name, value) -> Since.moment(value.toString(), now));
        filter.computeIfPresent("to", (name, value) -> Since.moment(value.toString(), now));
        return filter;
    }

    private static List<String> words(String several) {
        return Arrays.asList(several.split(",", -1));
    }
}
